// Decisions: what a trader's truth changes in its matches. Those at closes are made within their block (scan_block.cpp),
// by the pool thread that has it; those on ticks after the barrier by the engine thread, trader by trader, which is the
// order that deltas have.
#include <bit>

#include "scan/scan.h"

namespace tickscan::scan {

void Scan::compute_logic(std::span<const uint32_t> blocks) {
  due_lanes_.fill(blocks_, blocks);
  run_logic(programs_.logic, blocks, due_lanes_);
}

void Scan::decide_ticks(std::span<const uint32_t> blocks, double now_ms) {
  BlockResult& result = results_.back();
  for (const TickTrader& trader : tick_traders_) {
    if (trader.gate != nullptr) {
      decide_gated(trader, blocks, now_ms);
      continue;
    }
    result.filters_run += due_lanes_.lanes(trader.due);
    const LaneMask* due = due_lanes_.words(trader.due);
    for (size_t i = 0; i < blocks.size(); ++i) {
      const uint32_t block = blocks[i];
      const LaneMask truth = trader.condition[block].value;
      const LaneMask changed = (truth ^ trader.matches[block]) & due[i];
      if (changed == 0) continue;
      trader.matches[block] ^= changed;
      Change change;
      change.trader = trader.number;
      change.block = block;
      change.time = now_ms;
      change.entered = changed & truth;
      change.left = changed & ~truth;
      note(traders_[trader.number], change, result);
    }
  }
}

// A gate remembers what is true and may not match yet, so it is asked even where nothing changed.
void Scan::decide_gated(const TickTrader& trader, std::span<const uint32_t> blocks, double now_ms) {
  BlockResult& result = results_.back();
  for (const uint32_t index : blocks) {
    const Block& block = blocks_[index];
    const LaneMask dirty = trader.fresh ? block.active : block.dirty_in(trader.rows);
    const LaneMask due = trader.gate->due(index, dirty, ~block.broken);
    if (due == 0) continue;
    result.filters_run += static_cast<uint64_t>(std::popcount(due));
    record(trader.number, index, due, trader.condition[index].value, {now_ms}, result);
  }
}

// A trader that was switched off matches nothing any more.
void Scan::leave(uint32_t number, uint32_t index, double now_ms) {
  record(number, index, kAllLanes, 0, {now_ms, false, true}, results_[index]);
}

void Scan::record(uint32_t number, uint32_t index, LaneMask lanes, LaneMask truth, const Decision& decision,
                  BlockResult& result) {
  Trader& trader = traders_[number];
  LaneMask& before = trader.matches[index];
  LaneMask matches = truth;
  if (!trader.gate.empty()) {
    matches = decision.lane_times != nullptr
                  ? trader.gate.admit(index, lanes, truth, before, decision.lane_times)
                  : trader.gate.admit(index, lanes, truth, before, decision.time);
  }
  const LaneMask changed = (before ^ matches) & lanes;
  if (changed == 0) return;
  Change change;
  change.trader = number;
  change.block = index;
  change.late = decision.late;
  change.first = decision.first;
  change.time = decision.time;
  change.entered = changed & matches;
  change.left = changed & before;
  before ^= changed;
  note(trader, change, result);
}

void Scan::note(const Trader& trader, const Change& change, BlockResult& result) {
  result.changes.push_back(change);
  if (trader.columns.empty()) return;
  result.changes.back().first_value = static_cast<uint32_t>(result.values.size());
  for_each_lane(change.entered,
                [&](uint32_t lane) { read_columns(trader, change.block, lane, &result.values); });
}

}  // namespace tickscan::scan
