// Packs what the blocks found into one message body: Int32 words and Float64 values, as js/protocol.js
// describes them. Items are ordered by time, then in the order in which traders were added.
//
// Words of an item:  trader, flags, entered count, left count, column count, entered slots…, left slots…
// Values of an item: time, then entered × columns, symbol by symbol; NaN is unknown.
//
// A snapshot of more than kPageSymbols matches is cut into pages, items that follow each other directly; all but the
// last one are marked kDeltaMore. So no message need be larger than a page, or than a cycle's changes.
//
// Called by the engine thread after the barrier.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scan/delta_order.h"
#include "scan/trader.h"

namespace tickscan::scan {

inline constexpr int32_t kDeltaSnapshot = 1;
inline constexpr int32_t kDeltaLate = 2;
inline constexpr int32_t kDeltaMore = 4;

inline constexpr int32_t kPageSymbols = 1024;

struct PackedDeltas {
  std::vector<int32_t> words;
  std::vector<double> values;
};

class DeltaPacker {
 public:
  // `results` of the blocks, then of what was decided after them. `now_ms` is the time of items that no kline's close
  // decides.
  void pack(std::span<Trader> traders, std::span<const BlockResult> results, uint32_t blocks, double now_ms,
            PackedDeltas* out);

 private:
  using Entry = ChangeEntry;

  void gather(std::span<Trader> traders, std::span<const BlockResult> results);
  void pack_item(std::span<const Entry> group, Trader& trader, PackedDeltas* out);
  void pack_snapshot(uint32_t index, Trader& trader, uint32_t blocks, double now_ms, PackedDeltas* out);

  std::vector<Entry> entries_;       // kept for its capacity
  std::vector<double> first_times_;  // by trader: the newest time of its first decision in this cycle
  ChangeOrder order_;
};

// Appends the trader's column values of one symbol.
void read_columns(const Trader& trader, uint32_t block, uint32_t lane, std::vector<double>* values);

}  // namespace tickscan::scan
