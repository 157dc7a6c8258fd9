// Which klines are new, which of them are checked, and what a check comes to.
#include "session/lag_monitor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/whole_word.h"

namespace tickscan::session {

LagMonitor::LagMonitor(const market::Store& store, std::span<const double> lengths_ms)
    : store_(store),
      lengths_ms_(lengths_ms.begin(), lengths_ms.end()),
      symbols_(store.layout().max_symbols),
      counted_(store.layout().max_symbols),
      clock_lanes_(size_t{store.blocks()} * lengths_ms.size()),
      lagging_(store.blocks()),
      stalled_(store.blocks()),
      found_late_(store.blocks()),
      blinked_(store.blocks()) {}

void LagMonitor::add(uint32_t slot, uint32_t interval, double threshold_ms) {
  Symbol& symbol = symbols_[slot];
  symbol = Symbol{};
  counted_[slot] = 0;
  symbol.interval = interval;
  symbol.threshold_ms = threshold_ms;
  clock_lanes_[slot / kLanes * lengths_ms_.size() + interval] |= lane_bit(slot % kLanes);
  note(slot);
}

void LagMonitor::resume(uint32_t slot, bool late, bool stalled, double lag_ms, double now_ms) {
  const market::LagRecord& record = store_.lag(slot);
  const auto noted = static_cast<uint32_t>(record.state.load(std::memory_order_relaxed));
  Symbol& symbol = symbols_[slot];
  counted_[slot] = noted / noted_klines;
  symbol.lag_ms = symbol.lag_ms_max = lag_ms;
  symbol.heard_versions = static_cast<uint32_t>(record.heard_versions.load(std::memory_order_relaxed));
  const bool noted_late = (noted & noted_lagging) != 0;
  symbol.heard_ms = noted_late ? record.heard_ms.load() : now_ms;
  const bool blinked = (noted & noted_blinked) != 0;
  const uint32_t told = (late || blinked ? noted_lagging : 0U) | (late && stalled ? noted_stalled : 0U);
  // Nothing was ever noted where the memory could not be copied.
  if (counted_[slot] > 0) symbol.told = told & ~noted;
  const LaneMask bit = lane_bit(slot % kLanes);
  if (((told | noted) & noted_lagging) != 0) lagging_[slot / kLanes] |= bit;
  if (((told | noted) & noted_stalled) != 0) stalled_[slot / kLanes] |= bit;
  if (blinked) blinked_[slot / kLanes] |= bit;
}

void LagMonitor::settle() {
  for (uint32_t slot = 0; slot < symbols_.size(); ++slot) {
    const uint32_t over = std::exchange(symbols_[slot].told, 0);
    if ((over & noted_lagging) != 0) lagging_[slot / kLanes] &= ~lane_bit(slot % kLanes);
    if ((over & noted_stalled) != 0) stalled_[slot / kLanes] &= ~lane_bit(slot % kLanes);
  }
}

// What counts from it comes last: an engine that dies in between has then heard of something that it has not judged,
// and the next one judges it.
void LagMonitor::note(uint32_t slot) {
  market::LagRecord& record = store_.lag(slot);
  const Symbol& symbol = symbols_[slot];
  const uint32_t lagging = lagging_[slot / kLanes] >> (slot % kLanes) & 1;
  const uint32_t stalled = stalled_[slot / kLanes] >> (slot % kLanes) & 1;
  const uint32_t blinked = blinked_[slot / kLanes] >> (slot % kLanes) & 1;
  const uint32_t state = counted_[slot] * noted_klines + blinked * noted_blinked + stalled * noted_stalled +
                         lagging * noted_lagging;
  // These two change while a symbol lags, and a close is noted for every symbol. WebAssembly's engines keep stores of one
  // thread in their order, which is all that whoever comes after this thread's death needs.
  const auto versions = static_cast<int32_t>(symbol.heard_versions);
  record.heard_ms.store_if_other(symbol.heard_ms);
  if (record.heard_versions.load(std::memory_order_relaxed) != versions)
    record.heard_versions.store(versions, std::memory_order_relaxed);
  store_whole(record.state, static_cast<int32_t>(state));
}

void LagMonitor::remove(uint32_t slot) {
  const LaneMask others = ~lane_bit(slot % kLanes);
  const uint32_t block = slot / kLanes;
  clock_lanes_[block * lengths_ms_.size() + symbols_[slot].interval] &= others;
  lagging_[block] &= others;
  stalled_[block] &= others;
  blinked_[block] &= others;
  symbols_[slot] = Symbol{};
  counted_[slot] = 0;
}

void LagMonitor::set_priority(uint32_t slot, bool priority) { symbols_[slot].priority = priority; }

void LagMonitor::look(std::span<const scan::Block> blocks, double now_ms) {
  for (uint32_t index = 0; index < blocks.size(); ++index) {
    const scan::Block& block = blocks[index];
    found_late_[index] = 0;
    // What the look before has found was told since; what was taken over will be.
    if (looked_) {
      for_each_lane(std::exchange(blinked_[index], 0), [&](uint32_t lane) { note(index * kLanes + lane); });
    }
    const LaneMask* clocks = clock_lanes_.data() + index * lengths_ms_.size();
    for (uint32_t i = 0; i < lengths_ms_.size(); ++i) {
      for_each_lane(block.dirty[1 + i] & block.active & ~block.broken & clocks[i], [&](uint32_t lane) {
        if (block.series[i].fed(lane) != counted_[index * kLanes + lane])
          look_at_lane(block.series[i], index, lane, now_ms);
      });
    }
    if (lagging_[index] == 0) continue;
    constexpr uint32_t kAllRows = (1U << scan::kMaxRows) - 1;
    for_each_lane(block.dirty_in(kAllRows) & block.active & lagging_[index],
                  [&](uint32_t lane) { hear(block, index, lane, now_ms); });
    stall(index, now_ms);
  }
  looked_ = true;
}

void LagMonitor::look_at_lane(const scan::SeriesLanes& series, uint32_t block, uint32_t lane, double now_ms) {
  const uint32_t slot = block * kLanes + lane;
  Symbol& symbol = symbols_[slot];
  const uint32_t end = series.fed(lane);
  const uint32_t begin = counted_[slot];
  if (static_cast<int32_t>(end - begin) <= 0) return;
  const uint32_t step = symbol.priority ? 1 : check_interval_;
  const uint32_t first = (begin + step - 1) / step * step;
  const bool any = first < end;
  const uint32_t last = any ? (end - 1) / step * step : 0;
  const auto lag = [&](uint32_t n) { return now_ms - close_time(series, slot, symbol.interval, lane, n); };
  const double newest_lag = lag(end - 1);
  const double first_lag = any ? lag(first) : 0;
  const double last_lag = any ? lag(last) : 0;
  if (std::isnan(newest_lag + first_lag + last_lag)) return;
  if (any) check(block, lane, symbol, first_lag, now_ms);
  if (any && last != first) check(block, lane, symbol, last_lag, now_ms);
  blinked_[block] |= found_late_[block] & ~lagging_[block] & lane_bit(lane);
  counted_[slot] = end;
  symbol.lag_ms = newest_lag;
  // (Also where there was none, which is NaN.)
  if (!(symbol.lag_ms_max >= newest_lag)) symbol.lag_ms_max = newest_lag;
  note(slot);
}

double LagMonitor::close_time(const scan::SeriesLanes& series, uint32_t slot, uint32_t interval,
                              uint32_t lane, uint32_t n) const {
  const uint32_t visible = series.visible[lane];
  const int64_t place = int64_t{visible} - (series.fed(lane) - n);
  // Nearly always it is the kline that was stepped last, whose time lies beside those of its neighbours.
  if (place + 1 == int64_t{series.cursor[lane]}) {
    return series.closed[market::kline_open_time][lane] + lengths_ms_[interval];
  }
  const market::KlineRing ring = store_.ring(slot, interval);
  // What the ring keeps no longer was at least as many intervals earlier.
  int64_t kept = std::max<int64_t>(place, ring.oldest(visible));
  for (; kept < visible; ++kept) {
    market::Kline kline{};
    const auto read = ring.read(static_cast<uint32_t>(kept), series.revision[lane], &kline);
    if (read == market::KlineRing::Read::rewritten) return kUnknown;
    if (read == market::KlineRing::Read::lapped) continue;
    const double length_ms = lengths_ms_[interval];
    return kline.open_time() + length_ms - static_cast<double>(kept - place) * length_ms;
  }
  // The writer has lapped all that was visible: its newer klines come in the next cycle.
  return kUnknown;
}

void LagMonitor::check(uint32_t block, uint32_t lane, Symbol& symbol, double lag_ms, double now_ms) {
  const LaneMask bit = lane_bit(lane);
  const double threshold_ms = std::isnan(symbol.threshold_ms) ? threshold_ms_ : symbol.threshold_ms;
  ++checks_;
  stalled_[block] &= ~bit;
  const double other_ms = std::fmax(kOtherTimeBaseMs, kOtherTimeBaseKlines * lengths_ms_[symbol.interval]);
  if (lag_ms > threshold_ms && lag_ms < other_ms) {
    lagging_[block] |= bit;
    found_late_[block] |= bit;
    symbol.heard_ms = now_ms;
  } else {
    lagging_[block] &= ~bit;
  }
}

void LagMonitor::hear(const scan::Block& block, uint32_t index, uint32_t lane, double now_ms) {
  auto versions = static_cast<uint32_t>(block.ticker_scanned[lane]);
  for (const scan::SeriesLanes& series : block.series)
    versions += static_cast<uint32_t>(series.scanned[lane]);
  Symbol& symbol = symbols_[index * kLanes + lane];
  // Everything is marked where an engine takes over or repairs.
  if (versions == symbol.heard_versions) return;
  symbol.heard_versions = versions;
  symbol.heard_ms = now_ms;
  note(index * kLanes + lane);
}

void LagMonitor::stall(uint32_t block, double now_ms) {
  for_each_lane(lagging_[block] & ~stalled_[block], [&](uint32_t lane) {
    const uint32_t slot = block * kLanes + lane;
    double& heard_ms = symbols_[slot].heard_ms;
    const bool clock_back = heard_ms > now_ms;
    // A clock that was put back must not keep the session waiting for longer.
    if (clock_back) heard_ms = now_ms;
    const bool stalls = now_ms - heard_ms > stalled_after_ms_;
    if (stalls) stalled_[block] |= lane_bit(lane);
    if (clock_back || stalls) note(slot);
  });
}

}  // namespace tickscan::session
