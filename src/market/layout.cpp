// Computes the layout, and publishes it under the names that js/layout.js reads.
#include "market/layout.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/dirty_tracker.h"
#include "market/interval.h"

namespace tickscan::market {

namespace {

constexpr uint64_t kCacheLine = 64;
constexpr uint64_t align(uint64_t offset) { return (offset + kCacheLine - 1) / kCacheLine * kCacheLine; }

Error config_error(std::string message, std::string expected) {
  return Error{ErrorCode::E_CONFIG, std::move(message), std::nullopt, std::move(expected), {}};
}

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

Status check_limit(const char* option, double value, uint32_t most) {
  if (value >= 1 && value <= most && std::floor(value) == value) return std::nullopt;
  return config_error(std::string(option) + " is " + shown(value),
                      "a whole number from 1 to " + std::to_string(most));
}

std::string known_interval_names() {
  std::string names;
  for (const Interval& interval : intervals()) {
    if (!names.empty()) names += ' ';
    names += interval.name;
  }
  return names;
}

}  // namespace

Result<Config> make_config(double max_symbols, double max_klines,
                           const std::vector<std::string>& interval_names) {
  if (Status bad = check_limit("maxSymbols", max_symbols, kMaxSymbols)) return *bad;
  if (Status bad = check_limit("maxKlines", max_klines, kMaxKlines)) return *bad;
  if (interval_names.empty() || interval_names.size() > kMaxIntervals) {
    return config_error("intervals has " + std::to_string(interval_names.size()) + " entries",
                        "1 to " + std::to_string(kMaxIntervals) + " different intervals");
  }
  Config config{static_cast<uint32_t>(max_symbols), static_cast<uint32_t>(max_klines), {}};
  for (const std::string& name : interval_names) {
    const int row = find_interval(name);
    if (row < 0) {
      return Error{ErrorCode::E_INTERVAL,
                   "the interval '" + name + "' is unknown",
                   std::nullopt,
                   "one of " + known_interval_names(),
                   {}};
    }
    const auto known = static_cast<uint32_t>(row);
    if (std::find(config.intervals.begin(), config.intervals.end(), known) != config.intervals.end()) {
      return config_error("the interval '" + name + "' stands twice in intervals", "each interval once");
    }
    config.intervals.push_back(known);
  }
  return config;
}

Layout::Layout(const Config& config)
    : max_symbols(config.max_symbols),
      max_klines(config.max_klines),
      interval_count(static_cast<uint32_t>(config.intervals.size())),
      row_count(1 + interval_count),
      row_words((config.max_symbols + 63) / 64 * 2),
      ring_capacity(config.max_klines + 1),
      ring_column_bytes(uint64_t{ring_capacity} * sizeof(SharedDouble)),
      ring_stride(ring_column_bytes * kKlineFields) {
  const uint64_t series_count = uint64_t{max_symbols} * interval_count;
  uint64_t end = 0;
  const auto place = [&end](uint64_t size) {
    const uint64_t offset = end;
    end = align(end + size);
    return offset;
  };
  header = place(sizeof(Header));
  control = place(sizeof(DirtyControl));
  suspects = place(sizeof(int32_t) * kMaxThreads);
  trader_refs = place(sizeof(int32_t) * kMaxTraders);
  writers = place(sizeof(WriterRecord) * kMaxWriters);
  symbols = place(sizeof(SymbolRecord) * max_symbols);
  dirty = place(uint64_t{2} * row_count * row_words * sizeof(int32_t));
  times = place(uint64_t{max_symbols} * sizeof(int32_t));
  debug = place(sizeof(DebugRing));
  loaded = place(sizeof(int32_t) * series_count);
  lags = place(sizeof(LagRecord) * max_symbols);
  first_canary = place(kCacheLine);
  tickers = place(sizeof(TickerRecord) * max_symbols);
  series = place(sizeof(SeriesRecord) * series_count);
  rings = place(ring_stride * series_count);
  last_canary = place(kCacheLine);
  bytes = end;
}

uint64_t Layout::tracking_bytes() const { return sizeof(DirtyControl) + (debug - dirty); }

void Layout::for_each(uint64_t base, const std::function<void(const char*, double)>& visit) const {
  const auto number = [&](const char* name, uint64_t value) { visit(name, static_cast<double>(value)); };
  const auto address = [&](const char* name, uint64_t offset) { number(name, base + offset); };
  number("magic", kMagic);
  number("version", kLayoutVersion);
  address("descriptor", header);
  number("regionBytes", bytes);
  number("maxSymbols", max_symbols);
  number("maxKlines", max_klines);
  number("intervalCount", interval_count);
  number("rowCount", row_count);
  number("rowWords", row_words);

  address("symbolTableVersion", header + offsetof(Header, symbol_table_version));
  address("symbolCount", header + offsetof(Header, symbol_count));
  address("symbols", symbols);
  number("symbolStride", sizeof(SymbolRecord));
  number("symbolGeneration", offsetof(SymbolRecord, generation));
  number("symbolState", offsetof(SymbolRecord, state));
  number("symbolNameLength", offsetof(SymbolRecord, name_bytes));
  number("symbolName", offsetof(SymbolRecord, name));
  number("symbolNameBytes", kSymbolNameBytes);

  address("tickers", tickers);
  number("tickerStride", sizeof(TickerRecord));
  number("boxState", offsetof(MailboxHeader, state));
  number("boxWriter", offsetof(MailboxHeader, writer));
  number("boxVersion", offsetof(MailboxHeader, version));
  number("boxOwner", offsetof(MailboxHeader, owner));
  number("boxSlots", offsetof(TickerRecord, slots));
  number("tickerSlotBytes", kTickerFields * sizeof(double));

  address("series", series);
  number("seriesStride", sizeof(SeriesRecord));
  number("seriesBoxSlots", offsetof(SeriesRecord, slots));
  number("klineSlotBytes", kKlineFields * sizeof(double));
  number("seriesClosedCount", offsetof(SeriesRecord, closed_count));
  number("seriesRevision", offsetof(SeriesRecord, revision));
  number("seriesHistoryCount", offsetof(SeriesRecord, history_count));
  number("seriesGaps", offsetof(SeriesRecord, gaps));
  number("seriesLate", offsetof(SeriesRecord, late));
  number("seriesDuplicates", offsetof(SeriesRecord, duplicates));
  number("seriesDropped", offsetof(SeriesRecord, dropped));
  number("seriesCorrections", offsetof(SeriesRecord, corrections));

  address("rings", rings);
  number("ringStride", ring_stride);
  number("ringColumnBytes", ring_column_bytes);
  number("ringCapacity", ring_capacity);

  address("dirty", dirty);
  address("epoch", control + offsetof(DirtyControl, epoch));
  address("idle", control + offsetof(DirtyControl, idle));
  address("retired", control + offsetof(DirtyControl, retired));
  address("heartbeat", control + offsetof(DirtyControl, heartbeat));
  address("running", control + offsetof(DirtyControl, running));
  address("suspects", suspects);
  number("suspectCount", kMaxThreads);
  address("traderRefs", trader_refs);
  number("maxTraders", kMaxTraders);
  address("writers", writers);
  number("writerStride", sizeof(WriterRecord));
  number("writerClaim", offsetof(WriterRecord, claim));
  number("writerUpdates", offsetof(WriterRecord, updates));
  number("writerRejected", offsetof(WriterRecord, rejected));
  number("writerWriting", offsetof(WriterRecord, writing));
  number("maxWriters", kMaxWriters);
  address("times", times);
  address("loaded", loaded);
  address("lags", lags);
  number("lagStride", sizeof(LagRecord));
  address("debugEnabled", debug + offsetof(DebugRing, enabled));
  address("debugNext", debug + offsetof(DebugRing, next));
  address("debugEntries", debug + offsetof(DebugRing, entries));
  number("debugEntryBytes", sizeof(DebugEntry));
  number("debugCapacity", kDebugEntries);
}

}  // namespace tickscan::market
