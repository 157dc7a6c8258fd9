// A timeline is an order in which closed klines are stepped, for one block at a time.
//
// The timeline of a single interval steps each closed kline as it arrives. A timeline over several
// intervals steps by its base: at the base close T it first takes every other interval's klines with close
// times ≤ T, then the base kline, so that whatever reads several series sees them as they were at T. It waits
// for those series at most until the next base close. Klines stay in their rings, so waiting costs nothing
// and holds nothing back elsewhere.
//
// Created and released by the engine thread when traders come and go.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "base/status.h"
#include "scan/block.h"
#include "scan/instruction.h"

namespace tickscan::scan {

using TimelineId = uint8_t;
inline constexpr TimelineId kNoTimeline = 255;

struct Timeline {
  uint32_t base = 0;
  uint32_t intervals = 0;  // a bit per interval, the base's included
  uint32_t refs = 0;       // nodes and close traders; single-interval timelines live for ever
  bool fresh = false;      // nothing stepped yet: its first run takes all that is stored and decides nothing
  std::byte* memory = nullptr;
  std::array<Operand, market::kMaxIntervals> lanes;
  std::array<Operand, market::kMaxIntervals> cursors;
  Operand decided;

  [[nodiscard]] bool in_use() const { return intervals != 0; }
};

class Timelines {
 public:
  // `series` is the array of all blocks' SeriesLanes, block by block.
  Timelines(Arena& arena, std::span<SeriesLanes> series, uint32_t blocks, uint32_t interval_count);

  // The timeline with this base and exactly these intervals, made if there is none.
  Result<TimelineId> find_or_make(uint32_t base, uint32_t intervals);

  // A removed symbol's lane: nothing stepped, nothing decided.
  void forget(uint32_t block, uint32_t lane);

  void add_ref(TimelineId id) { table_[id].refs += 1; }
  void remove_ref(TimelineId id);

  Timeline& operator[](TimelineId id) { return table_[id]; }
  const Timeline& operator[](TimelineId id) const { return table_[id]; }
  [[nodiscard]] size_t size() const { return table_.size(); }
  [[nodiscard]] bool single(TimelineId id) const { return id < interval_count_; }

 private:
  Arena& arena_;
  uint32_t blocks_;
  uint32_t interval_count_;
  std::vector<Timeline> table_;  // the first interval_count_ are the single ones, in interval order
};

}  // namespace tickscan::scan
