// Decisions that are recorded: what a trader's truth changes in its matches. Those at closes are made within their block
// (scan_block.cpp), by the pool thread that has it; those of traders on ticks with a gate after the barrier, by the engine
// thread. Traders on ticks without a gate record nothing: they are decided where they are packed (delta.h).
#include <bit>

#include "scan/scan.h"

namespace tickscan::scan {

void Scan::compute_logic(std::span<const uint32_t> blocks) {
  due_lanes_.fill(blocks_, blocks);
  run_logic(programs_.logic, blocks, due_lanes_);
}

// A gate remembers what is true and may not match yet, so it is asked even where nothing changed.
void Scan::decide_gated(std::span<const uint32_t> blocks, double now_ms) {
  if (gated_traders_.empty()) return;
  for (const TickTrader& trader : tick_traders_) {
    if (trader.gate == nullptr) continue;
    for (const uint32_t index : blocks) {
      const Block& block = blocks_[index];
      const LaneMask dirty = trader.fresh ? block.active : block.dirty_in(trader.rows);
      const LaneMask due = trader.gate->due(index, dirty, ~block.broken);
      if (due == 0) continue;
      results_[index].filters_run += static_cast<uint64_t>(std::popcount(due));
      record(trader.number, index, due, trader.terms.words[0][kTermStride * index], {now_ms});
    }
  }
}

// A trader that was switched off matches nothing any more.
void Scan::leave(uint32_t number, uint32_t index, double now_ms) {
  // The clock is no time to its gate where closes decide.
  if (!traders_[number].gate.empty()) traders_[number].gate.let_go(index);
  change(number, index, kAllLanes, 0, {now_ms, false, true});
}

void Scan::record(uint32_t number, uint32_t index, LaneMask lanes, LaneMask truth, const Decision& decision) {
  Trader& trader = traders_[number];
  const LaneMask before = trader.matches[index];
  LaneMask matches = truth;
  if (!trader.gate.empty()) {
    matches = decision.lane_times != nullptr
                  ? trader.gate.admit(index, lanes, truth, before, decision.lane_times)
                  : trader.gate.admit(index, lanes, truth, before, decision.time);
  }
  change(number, index, lanes, matches, decision);
}

void Scan::change(uint32_t number, uint32_t index, LaneMask lanes, LaneMask matches,
                  const Decision& decision) {
  Trader& trader = traders_[number];
  LaneMask& before = trader.matches[index];
  const LaneMask changed = (before ^ matches) & lanes;
  if (changed == 0) return;
  BlockResult& result = results_[index];
  Change change;
  change.trader = number;
  change.block = index;
  change.late = decision.late;
  change.first = decision.first;
  change.time = decision.time;
  change.entered = changed & matches;
  change.left = changed & before;
  change.occupied = occupied_more(before, before ^ changed);
  change.first_value = static_cast<uint32_t>(result.values.size());
  if (!trader.columns.empty()) {
    for_each_lane(change.entered, [&](uint32_t lane) { read_columns(trader, index, lane, &result.values); });
  }
  result.changes.push_back(change);
  before ^= changed;
}

}  // namespace tickscan::scan
