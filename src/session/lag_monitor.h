// How late each symbol's closed klines are, and which symbols are late: the lagging set, a bitset over symbols.
//
// Counted per symbol are the closed klines of its shortest interval that a feed closed one by one; history loads,
// filled gaps and corrections do not count, as they decide nothing late. Before kline n is counted, its lag (now −
// closeTime) is checked if n is a multiple of the check interval, so a symbol's first kline always is. A lag above the
// threshold puts the symbol into the lagging set; only a check that finds it caught up takes it out.
//
// Called by the engine thread, after a cycle's barrier. Looked at are the klines that the cycle has ingested and no
// others: several klines that came between two cycles are counted one by one, all at the cycle's time. Their lags fall
// from kline to kline, so the first and the last check among them say everything.
//
// Time comes in as an argument; nothing here reads a clock.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "market/store.h"
#include "scan/block.h"

namespace tickscan::session {

// No feed catches up by more than a year, or a thousand klines of a long interval: a difference like this means klines
// and clock on different time bases, as in simulations that count from 0 and replays of old files beside the wall clock.
inline constexpr double kOtherTimeBaseMs = 365.0 * 86'400'000;
inline constexpr double kOtherTimeBaseKlines = 1000;

class LagMonitor {
 public:
  LagMonitor(const market::Store& store, std::span<const double> lengths_ms);

  // `interval` is the one that is counted; a threshold that is NaN is the common one.
  void add(uint32_t slot, uint32_t interval, double threshold_ms);
  void remove(uint32_t slot);
  // Goes on where an engine before this one stood (Store::lag). `late`, `stalled`: as the client was told, which the
  // engine may have found to be over, or not yet so, without saying it any more: until settle(), both hold. So does a
  // lateness that began and ended within its last look, of whose closes the client may have heard nothing.
  void resume(uint32_t slot, bool late, bool stalled, double lag_ms, double now_ms);
  // After all symbols were resumed: what was told and is over holds no longer.
  void settle();
  // Every kline of a priority symbol is checked.
  void set_priority(uint32_t slot, bool priority);
  void set_threshold(double threshold_ms) { threshold_ms_ = threshold_ms; }
  void set_check_interval(uint32_t klines) { check_interval_ = klines; }
  void set_stalled_after(double ms) { stalled_after_ms_ = ms; }

  void look(std::span<const scan::Block> blocks, double now_ms);

  // Late symbols; those of them from which nothing comes; those that were late at some check of the last look.
  [[nodiscard]] std::span<const LaneMask> lagging() const { return lagging_; }
  [[nodiscard]] std::span<const LaneMask> stalled() const { return stalled_; }
  [[nodiscard]] std::span<const LaneMask> found_late() const { return found_late_; }

  // Of the newest kline when it was ingested, and the largest so far; NaN before the first one.
  [[nodiscard]] double lag_ms(uint32_t slot) const { return symbols_[slot].lag_ms; }
  [[nodiscard]] double lag_ms_max(uint32_t slot) const { return symbols_[slot].lag_ms_max; }
  [[nodiscard]] uint32_t counted(uint32_t slot) const { return counted_[slot]; }
  // Klines that were checked so far.
  [[nodiscard]] uint64_t checks() const { return checks_; }

 private:
  // The state word of a LagRecord. Blinked: late at one check of the newest look and caught up at its last.
  enum Noted : uint32_t { noted_lagging = 1, noted_stalled = 2, noted_blinked = 4, noted_klines = 8 };

  struct Symbol {
    uint32_t interval = 0;
    double threshold_ms = kUnknown;
    double lag_ms = kUnknown;
    double lag_ms_max = kUnknown;
    double heard_ms = kUnknown;   // when something came last; kept for lagging symbols
    uint32_t heard_versions = 0;  // the sum of its records' versions then: marks alone are no update
    uint32_t told = 0;            // what is over and holds between resume() and settle()
    bool priority = false;
  };

  void look_at_lane(const scan::SeriesLanes& series, uint32_t block, uint32_t lane, double now_ms);
  // The close time of the n-th kline that was fed, NaN if its ring is being rewritten: it comes again then.
  [[nodiscard]] double close_time(const scan::SeriesLanes& series, uint32_t slot, uint32_t interval,
                                  uint32_t lane, uint32_t n) const;
  void check(uint32_t block, uint32_t lane, Symbol& symbol, double lag_ms, double now_ms);
  void hear(const scan::Block& block, uint32_t index, uint32_t lane, double now_ms);
  void stall(uint32_t block, double now_ms);
  // Says where the symbol stands.
  void note(uint32_t slot);

  market::Store store_;
  std::vector<double> lengths_ms_;
  std::vector<Symbol> symbols_;  // by slot
  // By slot, the klines that were counted: apart, because it is all that a look at a live kline asks for.
  std::vector<uint32_t> counted_;
  std::vector<LaneMask>
      clock_lanes_;  // by block and interval: lanes whose klines of this interval are counted
  std::vector<LaneMask> lagging_;
  std::vector<LaneMask> stalled_;
  std::vector<LaneMask> found_late_;
  std::vector<LaneMask> blinked_;
  bool looked_ = false;
  double threshold_ms_ = 60'000;
  double stalled_after_ms_ = 180'000;
  uint32_t check_interval_ = 10;
  uint64_t checks_ = 0;
};

}  // namespace tickscan::session
