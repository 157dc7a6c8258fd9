// The C++ twin of js/market-writer.js: writes tickers and klines into the store and marks them dirty. Used
// natively by tests, proofs and benchmarks; the package's users write from JavaScript, by the same rules.
//
// One Writer per thread. One writer per record: the first write claims it, another writer gets `owned`. A symbol's
// key is its slot as long as the slot was never freed; otherwise its generation counts too (symbol_table.h).
// Order of every write: data, then publication, then the dirty bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "market/store.h"

namespace tickscan::market {

enum class WriteResult : uint8_t {
  written,    // published and marked
  duplicate,  // a closed kline that was known with equal values; counted
  late,       // an unclosed kline for a closed or older open time; counted
  stale,      // a closed kline older than the ring keeps; refused
  invalid,    // a value is not finite, a volume negative, high below low, or open times not rising; refused
  owned,      // another writer has the record; refused
  removed,    // the key's generation is over; refused
};

class Writer {
 public:
  // `index` names a WriterRecord that this writer alone uses.
  Writer(const Store& store, uint32_t index)
      : store_(store),
        tracker_(store.tracker()),
        id_(static_cast<int32_t>(index) + 1),
        writing_(&store.writer(index).writing) {}

  // Fields in TickerIndex order; NaN keeps what was published before. At least one besides the time is given.
  WriteResult update_ticker(SymbolKey key, const double (&fields)[kTickerFields]);

  WriteResult update_kline(SymbolKey key, uint32_t interval, const Kline& kline, bool closed);

  // Closed klines, oldest first; merged with what is kept, loaded values winning. All or nothing.
  WriteResult load_history(SymbolKey key, uint32_t interval, std::span<const Kline> klines);

  void release_ticker(uint32_t slot) { release(store_.ticker(slot).box); }
  void release_series(uint32_t slot, uint32_t interval) { release(store_.series(slot, interval).box); }

 private:
  // Says which slot is about to be written, then looks whether the key still is the slot's. Between the two calls
  // the slot is not used again.
  bool enter(SymbolKey key);
  void leave();
  bool claim(MailboxHeader& box);
  void release(MailboxHeader& box);
  void publish_marked(SeriesRecord& record, uint32_t slot, uint32_t interval);
  WriteResult write_ticker(uint32_t slot, const double (&fields)[kTickerFields]);
  WriteResult write_live(uint32_t slot, uint32_t interval, const Kline& kline);
  WriteResult write_closed(uint32_t slot, uint32_t interval, const Kline& kline);
  WriteResult write_history(uint32_t slot, uint32_t interval, std::span<const Kline> klines);
  // Stores `kept` as the ring's whole contents so that closed_count becomes `count`.
  // `history`: the rewrite is a history load, of which only the last kline is decided.
  void rewrite(uint32_t slot, uint32_t interval, std::span<const Kline> kept, uint32_t count, bool history);
  [[nodiscard]] std::vector<Kline> kept_klines(uint32_t slot, uint32_t interval) const;
  [[nodiscard]] int32_t count_gaps(uint32_t interval, std::span<const Kline> klines) const;
  [[nodiscard]] double missing_between(uint32_t interval, double older, double newer) const;

  Store store_;
  DirtyTracker tracker_;
  int32_t id_;
  std::atomic<int32_t>* writing_;

 public:
  // Lengths of the configured intervals in ms, in configured order; set before klines are written.
  std::vector<double> interval_ms;
};

}  // namespace tickscan::market
