// Mailboxes and counters → lanes.
#include "scan/ingest.h"

#include <cmath>

#include "base/whole_word.h"

namespace tickscan::scan {

namespace {

// Readers outside the engine copy between two looks at the version: equal and even, the copy is whole. One version
// for 64 lanes: a read-modify-write for each would cost about as much as the copy of a lane.
void begin_write(std::atomic<int32_t>& version) { version.fetch_add(1, std::memory_order_acq_rel); }
void end_write(std::atomic<int32_t>& version) { version.fetch_add(1, std::memory_order_release); }

// The version before the data: what is taken after it is at least as new.
void count_scan(const MailboxHeader& box, int32_t* scanned, IngestCounts* counts) {
  const int32_t version = box.version.load(std::memory_order_acquire);
  const uint32_t writes = static_cast<uint32_t>(version) - static_cast<uint32_t>(*scanned);
  *scanned = version;
  if (writes == 0) return;
  counts->scanned += 1;
  counts->coalesced += writes - 1;
}

void ingest_ticker(market::TickerRecord& record, Block& block, uint32_t lane, IngestCounts* counts) {
  count_scan(record.box, &block.ticker_scanned[lane], counts);
  int32_t& slot = block.ticker_slot[lane];
  slot = record.box.take(slot);
  const double* fields = record.slots[slot];
  for (uint32_t i = 0; i < market::kTickerFields; ++i) block.ticker[i][lane] = fields[i];
  block.ticker[kSpreadLane][lane] = fields[market::ticker_ask] - fields[market::ticker_bid];
  // A feed without the change still has it: from the open of 24 hours ago. NaN in, NaN out.
  double& change = block.ticker[market::ticker_change_24h][lane];
  if (std::isnan(change)) {
    const double open = fields[market::ticker_open_24h];
    change = (fields[market::ticker_last] - open) / open * 100.0;
  }
}

// The lanes whose ring is being rewritten right now; all others are ingested.
LaneMask ingest_series(const market::Store& store, uint32_t first, uint32_t interval, SeriesLanes& series,
                       LaneMask lanes, IngestCounts* counts) {
  const uint32_t max_klines = store.layout().max_klines;
  LaneMask unreadable = 0;
  LaneMask rebuild = 0;
  IngestCounts counted;
  for_each_lane(lanes, [&](uint32_t lane) {
    const uint32_t slot = first + lane;
    market::SeriesRecord& record = store.series(slot, interval);
    const int32_t revision = record.revision.load(std::memory_order_acquire);
    if ((revision & 1) != 0) {
      unreadable |= lane_bit(lane);
      return;
    }
    count_scan(record.box, &series.scanned[lane], &counted);
    series.reader_slot[lane] = record.box.take(series.reader_slot[lane]);
    const auto visible = static_cast<uint32_t>(record.closed_count.load(std::memory_order_acquire));
    series.visible[lane] = visible;
    const bool rewritten = revision != series.revision[lane];
    // It moves with the revision alone; should that move now, the lane breaks at its first step and comes again.
    if (rewritten) {
      series.loaded[lane] = store.loaded(slot, interval).load(std::memory_order_acquire);
      series.revision[lane] = revision;
    }
    const bool lapped = visible > max_klines && series.cursor[lane] < visible - max_klines;
    rebuild |= static_cast<LaneMask>(rewritten || lapped) << lane;
  });
  series.rebuild = rebuild;
  counts->scanned += counted.scanned;
  counts->coalesced += counted.coalesced;
  // Rings that were half rewritten and are whole again.
  const LaneMask whole = lanes & ~unreadable & series.odd;
  for_each_lane(whole, [&](uint32_t lane) { series.odd_since[lane] = kUnknown; });
  series.odd &= ~whole;
  series.damaged &= ~whole;
  return unreadable;
}

// The lanes to look at again in the next cycle, of those whose ring is being rewritten.
LaneMask still_waiting(SeriesLanes& series, LaneMask unreadable, double now_ms, IngestCounts* counts) {
  LaneMask waiting = 0;
  for_each_lane(unreadable, [&](uint32_t lane) {
    double& since = series.odd_since[lane];
    if (std::isnan(since)) since = now_ms;
    series.odd |= lane_bit(lane);
    if (now_ms - since <= kDamagedAfterMs) {
      waiting |= lane_bit(lane);
    } else if ((series.damaged >> lane & 1) == 0) {
      series.damaged |= lane_bit(lane);
      counts->damaged += 1;
    }
  });
  return waiting;
}

}  // namespace

void ingest(const market::Store& store, uint32_t block_index, Block& block, double now_ms,
            IngestCounts* counts) {
  const uint32_t first = block_index * kLanes;
  block.broken = 0;
  const LaneMask tickers = block.dirty[0] & block.active;
  if (tickers != 0) {
    begin_write(block.ticker_version);
    for_each_lane(tickers,
                  [&](uint32_t lane) { ingest_ticker(store.ticker(first + lane), block, lane, counts); });
    end_write(block.ticker_version);
  }
  for (uint32_t i = 0; i < block.series.size(); ++i) {
    SeriesLanes& series = block.series[i];
    LaneMask& dirty = block.dirty[1 + i];
    const LaneMask unreadable = ingest_series(store, first, i, series, dirty & block.active, counts);
    dirty &= ~unreadable;
    series.deferred = unreadable;
    const LaneMask again = still_waiting(series, unreadable, now_ms, counts);
    for_each_lane(again, [&](uint32_t lane) { store.tracker().mark(1 + i, first + lane); });
  }
}

void refresh_now(const market::Store& store, uint32_t block_index, Block& block) {
  const uint32_t first = block_index * kLanes;
  for (uint32_t i = 0; i < block.series.size(); ++i) {
    SeriesLanes& series = block.series[i];
    const LaneMask lanes = block.dirty[1 + i] & block.active & ~block.broken;
    if (lanes == 0) continue;
    LaneMask lives = 0;
    begin_write(series.version);
    for_each_lane(lanes, [&](uint32_t lane) {
      const double* live = store.series(first + lane, i).slots[series.reader_slot[lane]];
      const double closed = series.closed[market::kline_open_time][lane];
      const bool has_live = !std::isnan(live[market::kline_open_time]);
      const bool is_live = has_live && (std::isnan(closed) || live[market::kline_open_time] > closed);
      // Nearly always it is, and a branch that is guessed costs less than a choice for each field.
      if (is_live) {
        for (uint32_t field = 0; field < market::kKlineFields; ++field) series.now[field][lane] = live[field];
      } else {
        for (uint32_t field = 0; field < market::kKlineFields; ++field)
          series.now[field][lane] = series.closed[field][lane];
      }
      lives |= static_cast<LaneMask>(is_live) << lane;
    });
    end_write(series.version);
    series.live = (series.live & ~lanes) | lives;
  }
}

void stamp(const market::Store& store, uint32_t block_index, LaneMask lanes, double now_ms) {
  constexpr double kLargest = 9e15;  // a clock that says more, or nothing, is no time
  const bool is_time = now_ms > 0 && now_ms < kLargest;
  auto time = static_cast<int32_t>(static_cast<uint32_t>(is_time ? static_cast<int64_t>(now_ms) : 0));
  if (time == 0) time = 1;
  for_each_lane(lanes, [&](uint32_t lane) { store_whole(store.time(block_index * kLanes + lane), time); });
}

void put_back(const market::Store& store, uint32_t block_index, const Block& block, LaneMask lanes) {
  DirtyTracker tracker = store.tracker();
  for (uint32_t row = 0; row < store.layout().row_count; ++row) {
    for_each_lane(block.dirty[row] & lanes,
                  [&](uint32_t lane) { tracker.mark(row, block_index * kLanes + lane); });
  }
}

}  // namespace tickscan::scan
