// The records of the market store as they lie in shared memory, written by MarketWriters in any thread
// (C++ or JavaScript) and read by the engine. Sizes are asserted because JavaScript computes addresses from
// the layout descriptor.
//
// All words that both sides touch are 32-bit atomics. Payload doubles of a mailbox slot are plain: a slot
// has one holder at a time. Doubles of a ring may be overwritten while they are read, so they are atomics too
// and a read counts only when the checks afterwards say so (market/kline_ring.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/bits.h"
#include "base/mailbox.h"

namespace tickscan::market {

#define TICKSCAN_TICKER(name, js_name) +1
inline constexpr uint32_t kTickerFields = 0
#include "market/fields.def"
    ;
#undef TICKSCAN_TICKER
#define TICKSCAN_KLINE(name, js_name) +1
inline constexpr uint32_t kKlineFields = 0
#include "market/fields.def"
    ;
#undef TICKSCAN_KLINE

// Indices into a ticker slot: ticker_last, ticker_bid, …
enum TickerIndex : uint32_t {
#define TICKSCAN_TICKER(name, js_name) ticker_##name,
#include "market/fields.def"
#undef TICKSCAN_TICKER
};

// Indices into a kline: kline_open_time, kline_open, …
enum KlineIndex : uint32_t {
#define TICKSCAN_KLINE(name, js_name) kline_##name,
#include "market/fields.def"
#undef TICKSCAN_KLINE
};

// One kline by value, in column order.
struct Kline {
  double fields[kKlineFields];

  [[nodiscard]] double open_time() const { return fields[kline_open_time]; }
};

// A double in shared memory that may be read while it is written: whole, but of no particular moment.
// Acquire and release, so that whoever reads a new value also sees the count or revision that the writer
// stored before it: a reader that looks at those afterwards cannot take the value for the old one.
class SharedDouble {
 public:
  [[nodiscard]] double load() const { return bit_cast<double>(bits_.load(std::memory_order_acquire)); }
  void store(double value) { bits_.store(bit_cast<uint64_t>(value), std::memory_order_release); }
  // For whoever alone stores into it: a look is cheaper than a store, which in WebAssembly is a fence.
  void store_if_other(double value) {
    if (bits_.load(std::memory_order_relaxed) != bit_cast<uint64_t>(value)) store(value);
  }

 private:
  std::atomic<uint64_t> bits_;
};
static_assert(sizeof(SharedDouble) == 8);

struct TickerRecord {
  MailboxHeader box;
  double slots[3][kTickerFields];  // NaN = never set
};
static_assert(sizeof(TickerRecord) == 256);

// A series is one (symbol, interval): the live kline's mailbox, and the counters of its ring. Everything
// but box.state is stored by the series' one writer alone.
struct SeriesRecord {
  MailboxHeader box;
  std::atomic<int32_t> closed_count;   // klines ever closed; kline n lies in ring entry n % capacity
  std::atomic<int32_t> revision;       // odd while the ring is rewritten, +2 with every rewrite
  std::atomic<int32_t> history_count;  // closed_count after the last history load
  std::atomic<int32_t>
      gaps;  // missing klines between closed ones; counted anew over what is kept at a rewrite
  std::atomic<int32_t> late;         // unclosed klines that came for a closed or older open time
  std::atomic<int32_t> duplicates;   // closed klines that were known already, with equal values
  std::atomic<int32_t> dropped;      // live klines that were superseded without being closed
  std::atomic<int32_t> corrections;  // closed klines that were known with other values
  double slots[3][kKlineFields];
};
static_assert(sizeof(SeriesRecord) == 192);

// How late a symbol is, as far as an engine that takes over must know it. Stored by the engine alone.
struct LagRecord {
  SharedDouble heard_ms;                // when something came last; kept for lagging symbols
  std::atomic<int32_t> heard_versions;  // the sum of its records' versions then
  std::atomic<int32_t> state;           // see session/lag_monitor.cpp: klines looked at, whether it lags
};
static_assert(sizeof(LagRecord) == 16);

inline constexpr uint32_t kMaxWriters = 64;
inline constexpr uint32_t kMaxSymbols = 8192;
inline constexpr uint32_t kSymbolNameBytes = 48;

struct SymbolRecord {
  std::atomic<int32_t> generation;  // bumped when the slot is freed; part of every key
  std::atomic<int32_t> state;       // SymbolState
  std::atomic<int32_t> name_bytes;
  int32_t reserved;
  char name[kSymbolNameBytes];  // UTF-8, written before state becomes ready
};
static_assert(sizeof(SymbolRecord) == 64);

// A loading symbol can be written, and is not scanned yet.
enum class SymbolState : int32_t { free = 0, ready = 1, loading = 2 };

// What a writer names a symbol by: slot + generation × kMaxSymbols. It stays below 2^53, so JavaScript holds it.
using SymbolKey = uint64_t;

// One per writer thread. A writer's id is its index + 1.
struct WriterRecord {
  std::atomic<int32_t> claim;     // 0 free, 1 claimed
  std::atomic<int32_t> updates;   // stored by the writer alone
  std::atomic<int32_t> rejected;  // stored by the writer alone
  std::atomic<int32_t> writing;   // slot + 1 while a write may be under way, 0 outside; symbol_table.h
};
static_assert(sizeof(WriterRecord) == 16);

// The last updates, for a person who looks for one that seems to be missing. Off until somebody turns it on.
// Writers take an entry each by adding to `next`; an entry that is being overwritten may be mixed.
struct DebugEntry {
  int32_t row;     // 0 the ticker, 1 + i interval i
  int32_t symbol;  // slot
  int32_t time;    // low 32 bits of the update's ms
  int32_t writer;  // id
};

inline constexpr uint32_t kDebugEntries = 100;

struct DebugRing {
  std::atomic<int32_t> enabled;  // stored by whoever turns it on or off
  std::atomic<int32_t> next;     // entries ever taken
  DebugEntry entries[kDebugEntries];
};

inline constexpr uint32_t kMaxThreads = 64;
inline constexpr uint32_t kMaxTraders = 1024;
inline constexpr uint32_t kMaxIntervals = 8;
inline constexpr uint32_t kMaxKlines = 5000;

}  // namespace tickscan::market
