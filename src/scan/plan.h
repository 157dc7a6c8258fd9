// All traders as one graph of hash-consed nodes: an expression that stands in any number of traders is one
// node, computed once per block. Nodes are reference-counted apart for the two ways of computing them:
// `closed` (stepped with closed klines) and `now` (live). Removing a trader frees what only it used.
//
// A node belongs to a timeline (timeline.h), which is part of its identity. Nodes over one interval lie in
// that interval's timeline and serve both ways. Stateless nodes over several intervals have no timeline and
// exist for `now` alone. Stateful ones over several lie in a timeline of their own kind and have two sets of
// inputs: closed ones in that timeline, live ones wherever those are natural.
//
// Called by the engine thread between cycles. program.h turns the graph into what runs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/status.h"
#include "filter/ast.h"
#include "scan/instruction.h"
#include "scan/timeline.h"

namespace tickscan::scan {

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = ~NodeId{0};

enum class Way : uint8_t { now, closed };

struct NodeKey {
  NodeOp op = NodeOp::constant;
  TimelineId timeline = kNoTimeline;
  uint8_t field = 0;     // series and ticker: lane array; output: which
  int8_t interval = -1;  // series
  int16_t indicator = -1;
  double value = 0;  // constant
  std::array<double, indicator::kMaxParams> params{};
  std::array<NodeId, indicator::kMaxInputs> inputs{{kNoNode, kNoNode, kNoNode, kNoNode}};

  bool operator==(const NodeKey& other) const;
};

struct NodeKeyHash {
  size_t operator()(const NodeKey& key) const;
};

struct Node {
  NodeKey key;
  std::array<NodeId, indicator::kMaxInputs> now_inputs{{kNoNode, kNoNode, kNoNode, kNoNode}};
  filter::Type type = filter::Type::number;
  bool fixed = false;  // reads nothing of the market: computed once, when it is made
  uint8_t clock = 0;   // interval whose klines it steps with
  uint8_t output_count = 1;
  uint32_t reads = 0;              // a bit per interval below it
  uint32_t rows = 0;               // a bit per dirty row below it
  uint64_t sequence = 0;           // order of making: inputs come before
  int32_t owner = 0;               // the first trader that it is for, handle + 1
  uint32_t refs[2] = {0, 0};       // by Way
  bool fresh[2] = {false, false};  // by Way: not computed yet
  // Numbers, per block: closed outputs, now outputs, state. Conditions: closed ones of all blocks, then now ones of all
  // blocks, so that logic over many blocks reads neighbouring words (logic.h).
  std::byte* memory = nullptr;
  size_t stride = 0;
  size_t output_bytes = 0;  // of a block, either way
  size_t state_bytes = 0;
  size_t now_offset = 0;
  size_t state_offset = 0;
  const indicator::Kernel* kernel = nullptr;

  [[nodiscard]] uint32_t refs_of(Way way) const { return refs[static_cast<uint8_t>(way)]; }
  [[nodiscard]] const std::array<NodeId, indicator::kMaxInputs>& inputs_of(Way way) const {
    return way == Way::now && now_inputs[0] != kNoNode ? now_inputs : key.inputs;
  }
  [[nodiscard]] bool alive() const { return refs[0] + refs[1] > 0; }
  [[nodiscard]] bool stateful() const { return kernel != nullptr; }
  // Sources and outputs are addresses, and fixed nodes are done: nothing runs for them.
  [[nodiscard]] bool runs() const { return key.op > NodeOp::output && !fixed; }
};

// What one trader (or one evaluated expression) holds of the graph.
struct Expression {
  Way way = Way::now;
  TimelineId timeline = kNoTimeline;  // closed: where it is decided
  std::vector<NodeId> roots;          // the filter, then the columns
  uint32_t rows = 0;                  // dirty rows below any root
  uint32_t reads = 0;
  uint32_t cost = 0;                                     // nodes below the roots, shared ones included
  std::array<uint32_t, market::kMaxIntervals> warmup{};  // klines of each interval until it is ready
};

class Plan {
 public:
  Plan(Arena& arena, Timelines& timelines, uint32_t blocks, uint32_t max_klines);

  // Adds expressions that are computed together. All or nothing: on an error the graph is as it was.
  Result<Expression> add(std::span<const filter::Tree> trees, Way way, uint32_t base);
  void remove(const Expression& expression);

  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  [[nodiscard]] const Node& node(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] size_t node_count() const { return by_key_.size(); }
  [[nodiscard]] const Timelines& timelines() const { return timelines_; }

  // Says anew which trader each node is blamed on: nobody, then what an expression uses and nobody has before it.
  void disown();
  void own(const Expression& expression, int32_t owner);

  // The node's value now is not kept: whoever reads it later has it computed anew.
  void forget_now(NodeId id) { nodes_[id].fresh[static_cast<uint8_t>(Way::now)] = true; }
  // After a cycle: everything that was fresh has been computed.
  void clear_fresh();

 private:
  friend class PlanBuilder;

  // The node with this key; made from `prototype` when there is none. kNoNode: the arena is full.
  NodeId intern(const Node& prototype);
  void acquire(NodeId id, Way way);
  void release(NodeId id, Way way);
  void own(NodeId id, int32_t owner);
  void collect(NodeId id);
  bool allocate(Node& node);

  Arena& arena_;
  Timelines& timelines_;
  uint32_t blocks_;
  uint32_t max_klines_;
  uint64_t next_sequence_ = 1;
  std::vector<Node> nodes_;
  std::vector<NodeId> free_;
  std::unordered_map<NodeKey, NodeId, NodeKeyHash> by_key_;
};

}  // namespace tickscan::scan
