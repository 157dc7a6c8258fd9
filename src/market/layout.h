// Where everything lies in the shared memory. This is the only source of offsets: JavaScript gets them as
// a list of names and numbers at READY (`for_each`), and checks the header's magic and version on attach.
//
//   Header │ DirtyControl │ suspects │ refs │ writers │ symbol table │ dirty words A, B │ times │ debug ring │ loaded │
//   lags │ canary │ tickers │ series │ rings │ canary
//
// A Layout is a value computed from a Config before any memory is taken. Offsets count from the region's
// start; the region's address is added when they are published.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "market/records.h"

namespace tickscan::market {

inline constexpr uint32_t kMagic = 0x4b435354;  // "TSCK" in memory order
inline constexpr uint32_t kLayoutVersion = 1;

struct Header {
  uint32_t magic;
  uint32_t version;
  uint32_t region_bytes;
  uint32_t reserved;
  std::atomic<int32_t> symbol_table_version;  // bumped by the engine when a symbol comes or goes
  std::atomic<int32_t> symbol_count;          // slots ever used
};

struct Config {
  uint32_t max_symbols = 0;
  uint32_t max_klines = 0;
  std::vector<uint32_t> intervals;  // rows of intervals.def, in the user's order
};

// Checks names and limits; the error names the option, what it got and what it takes.
Result<Config> make_config(double max_symbols, double max_klines,
                           const std::vector<std::string>& interval_names);

struct Layout {
  explicit Layout(const Config& config);

  uint32_t max_symbols;
  uint32_t max_klines;
  uint32_t interval_count;
  uint32_t row_count;  // dirty rows: the ticker's, then one per interval
  uint32_t row_words;  // 32-bit words of one row; even, so that blocks are whole
  uint32_t
      ring_capacity;  // entries: one more than max_klines, so that a full ring can be read while one is written
  uint64_t ring_column_bytes;
  uint64_t ring_stride;

  uint64_t header;
  uint64_t control;
  uint64_t suspects;
  uint64_t
      trader_refs;  // the client's number of each trader, by handle: written and read by JavaScript alone
  uint64_t writers;
  uint64_t symbols;
  uint64_t dirty;
  uint64_t times;
  uint64_t debug;
  uint64_t loaded;
  uint64_t lags;
  uint64_t first_canary;
  uint64_t tickers;
  uint64_t series;
  uint64_t rings;
  uint64_t last_canary;
  uint64_t bytes;  // of the whole region

  // Bytes of what tracking costs: both bitsets, control words and the per-symbol times.
  [[nodiscard]] uint64_t tracking_bytes() const;

  // Every number that a JavaScript writer needs, with offsets made absolute by adding `base`.
  void for_each(uint64_t base, const std::function<void(const char* name, double value)>& visit) const;
};

}  // namespace tickscan::market
