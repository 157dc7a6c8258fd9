// Lowers checked trees into the graph: chooses timelines, rewrites operators to the few that run, and
// checks that every lookback fits what is stored. One use per call of Plan::add.
#pragma once

#include <map>
#include <utility>

#include "scan/plan.h"

namespace tickscan::scan {

class PlanBuilder {
 public:
  PlanBuilder(Plan& plan, Way way, uint32_t base) : plan_(plan), way_(way), base_(base) {}

  Result<Expression> build(std::span<const filter::Tree> trees, uint32_t max_klines);

 private:
  // What is below a node of the tree, known before anything is made.
  struct Facts {
    uint32_t reads = 0;
    std::array<uint32_t, market::kMaxIntervals> lookback{};
  };

  [[nodiscard]] std::vector<Facts> facts_of(const filter::Tree& tree) const;
  Status check_history(const filter::Tree& tree, const std::vector<Facts>& facts, uint32_t max_klines);

  // The node of the tree as it is stepped in a timeline, and as it is read live.
  NodeId in_timeline(int16_t at, TimelineId timeline);
  NodeId natural(int16_t at);
  NodeId source(NodeOp op, TimelineId timeline, uint8_t field, int8_t interval, double value);
  NodeId series(TimelineId timeline, int8_t interval, filter::SeriesField field);
  NodeId apply(NodeOp op, TimelineId timeline, NodeId a, NodeId b = kNoNode);
  NodeId finite_side(TimelineId timeline, NodeId number);
  NodeId operation(const filter::Node& node, TimelineId timeline, NodeId a, NodeId b);
  NodeId stateful(const filter::Node& node, TimelineId timeline, std::span<const NodeId> inputs);
  void as_numbers(const filter::Node& node, TimelineId timeline, std::span<NodeId> inputs);
  NodeId as_typed(const filter::Node& node, TimelineId timeline, NodeId number);
  // `closed` with live inputs beside its closed ones.
  NodeId with_now_inputs(const filter::Node& node, NodeId closed, std::span<const NodeId> inputs);
  NodeId keep(const Node& prototype);
  TimelineId hold(uint32_t intervals);

  Plan& plan_;
  Way way_;
  uint32_t base_;
  Status failed_;
  const filter::Tree* tree_ = nullptr;
  std::vector<Facts> facts_;
  std::map<std::pair<int16_t, int>, NodeId> memo_;  // by tree node and timeline; −1 is the natural one
  std::vector<NodeId> touched_;
  std::vector<TimelineId> held_;
};

}  // namespace tickscan::scan
