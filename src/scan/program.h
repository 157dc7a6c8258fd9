// Turns the graph into what runs: one step program per timeline, the now program, and the warm-ups of nodes
// that are new. Made anew whenever traders come or go (the graph itself is only changed, never rebuilt).
//
// Called by the engine thread between cycles; the result is read by pool threads.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "scan/block.h"
#include "scan/instruction.h"
#include "scan/logic.h"
#include "scan/plan.h"

namespace tickscan::scan {

// Where the data that is not a node's own lies.
struct MarketLanes {
  std::span<Block> blocks;
  std::span<SeriesLanes> series;  // block by block
  uint32_t interval_count = 0;
};

// Steps what is new in a timeline from the oldest stored kline to where the timeline stands. Inputs that
// stand there already are stepped once more beside it, in scratch memory, since their past values are gone.
struct WarmUp {
  TimelineId timeline = kNoTimeline;
  std::vector<StepProgram> by_thread;
  std::vector<std::byte> scratch;
};

// What must be as before after a look ahead: pieces of a block's memory.
struct Region {
  Operand start;
  size_t bytes;
};

// A timeline that may wait while something live reads its states: the live value must count the kline that is
// waited with, so it is stepped for the look and taken back (scan_block.cpp).
struct LookAhead {
  TimelineId timeline = kNoTimeline;
  std::vector<Region> regions;
};

struct Programs {
  std::vector<StepProgram> timelines;  // by TimelineId; intervals = 0 where unused
  std::vector<TimelineId> order;       // the used ones
  std::vector<Instruction> now;        // by block
  std::vector<Threshold> thresholds;   // of its comparisons with constants
  std::vector<LogicStep> logic;        // what decisions alone read, after all blocks
  // Roots that a single decision reads and nothing else, and what the decision computes instead of them.
  std::unordered_map<NodeId, Terms> decided;
  std::vector<NodeId> unkept;  // these roots, and what else is nothing but a part of such a decision
  std::vector<WarmUp> warm_ups;
  std::vector<LookAhead> look_aheads;
  std::vector<std::vector<std::byte>> saved;  // by thread: room for the regions of all look-aheads
};

class ProgramCompiler {
 public:
  ProgramCompiler(const Plan& plan, const MarketLanes& lanes) : plan_(plan), lanes_(lanes) {}

  // `roots`: conditions that are read where traders on ticks are decided.
  [[nodiscard]] Programs compile(uint32_t threads, std::span<const NodeId> roots) const;

  // A program that steps everything below `root` from the start, beside all else, for the history of an
  // expression. Addresses point into `scratch`; `result` receives the root's closed output.
  [[nodiscard]] StepProgram compile_history(TimelineId timeline, NodeId root, std::vector<std::byte>& scratch,
                                            Operand* result) const;

  [[nodiscard]] Operand now_of(NodeId id) const;
  [[nodiscard]] Operand closed_of(NodeId id) const;

 private:
  struct Overlay;

  [[nodiscard]] std::vector<NodeId> running(Way way) const;
  [[nodiscard]] Instruction step_instruction(const Node& node, const Overlay* overlay) const;
  [[nodiscard]] Instruction now_instruction(const Node& node) const;
  [[nodiscard]] LogicStep logic_step(const Node& node) const;
  // Where a decision reads the condition.
  [[nodiscard]] const LaneMask* term_of(NodeId id, bool is_true) const;
  // Computes the logic of a root in its decision, as far as `is_part` says that nothing else reads it.
  void decide(NodeId root, const std::function<bool(NodeId)>& is_part, Programs* programs) const;
  void add_now(std::span<const NodeId> roots, Programs* programs) const;
  [[nodiscard]] Operand closed_of(NodeId id, const Overlay* overlay) const;
  [[nodiscard]] StepProgram skeleton(TimelineId id) const;
  [[nodiscard]] StepProgram beside(TimelineId id, std::span<const NodeId> steps, std::span<const NodeId> own,
                                   std::byte* scratch, size_t* bytes, Operand* result, NodeId root) const;
  [[nodiscard]] std::vector<NodeId> with_inputs(std::span<const NodeId> wanted) const;
  [[nodiscard]] std::vector<LookAhead> look_aheads(std::span<const NodeId> stepped) const;
  [[nodiscard]] WarmUp warm_up(TimelineId id, std::span<const NodeId> fresh, uint32_t threads) const;

  const Plan& plan_;
  MarketLanes lanes_;
};

}  // namespace tickscan::scan
