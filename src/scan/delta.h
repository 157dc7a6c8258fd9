// Packs a cycle's changes into one message body: Int32 words and Float64 values, as js/protocol.js describes them. Items
// are ordered by time, then in the order in which traders were added.
//
// Words of an item:  trader, flags, entered count, left count, column count, count of changed blocks, then for each of these
//                    its number, the lanes that entered and the lanes that left (low half, high half)
// Values of an item: time, then entered × columns, symbol by symbol; NaN is unknown.
//
// A snapshot of more than kPageSymbols matches is cut into pages, items that follow each other directly; all but the
// last one are marked kDeltaMore. So no message need be larger than a page, or than a cycle's changes.
//
// Traders on ticks without a gate are decided here, at their place in that order, straight into their item: where all is
// dirty nearly every trader and block has a change, and recording, sorting and counting them took twice the time of all
// comparisons. Where nothing else has to be in that item it is written where it stays, in the message, from what stands
// in the TickTrader alone. Changes of other kinds come recorded and are sorted.
//
// Called by the engine thread after the barrier.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scan/delta_item.h"
#include "scan/delta_order.h"
#include "scan/delta_sizes.h"
#include "scan/due.h"
#include "scan/trader.h"

namespace tickscan::scan {

// What a cycle came to, up to the decisions on ticks.
struct Decisions {
  std::span<Trader> traders;
  std::span<const BlockResult> results;  // by block, and of traders with a gate
  std::span<TickTrader> on_ticks;        // by number
  std::span<const uint32_t> blocks;      // that were scanned
  const DueTable& due;                   // filled for them
  uint32_t block_count;
  double now_ms;   // time of items that no kline's close decides
  bool snapshots;  // of some traders are wanted
};

class DeltaPacker {
 public:
  void pack(const Decisions& decisions, DeltaSizer* sizer, PackedDeltas* out);

 private:
  using Entry = ChangeEntry;

  void gather(std::span<Trader> traders, std::span<const BlockResult> results);
  // The end of the item that begins at an entry.
  [[nodiscard]] size_t item_end(size_t first) const;
  void add(std::span<const Entry> group, const Trader& trader);
  // The item of a trader whose changes are all decided now, straight into the message.
  static void write_straight(const TickTrader& tick, const Decisions& decisions, DeltaSizer* sizer,
                             PackedDeltas* out);
  void write(uint32_t index, Trader& trader, double time, bool late, DeltaSizer* sizer, PackedDeltas* out);
  void pack_snapshot(uint32_t index, Trader& trader, uint32_t block_count, double now_ms, PackedDeltas* out);

  std::vector<Entry> entries_;       // kept for its capacity
  std::vector<double> first_times_;  // by trader: the newest time of its first decision in this cycle
  ChangeOrder order_;
  DeltaItem item_;
};

}  // namespace tickscan::scan
