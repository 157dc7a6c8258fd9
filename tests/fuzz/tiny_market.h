// A market of two symbols for the fuzz target: made anew for every text, so that a finding needs nothing but its
// text. A filter is added before and after history exists, live and on closes; klines close in several intervals,
// live klines and tickers come and go, a kline is corrected. What must hold for any filter is checked on the way.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "market/writer.h"

namespace tickscan::fuzz {

class TinyMarket {
 public:
  static constexpr uint32_t kSymbols = 2;

  TinyMarket() {
    engine::EngineConfig config;
    config.max_symbols = kSymbols;
    config.max_klines = kMaxKlines;
    config.max_traders = 4;
    config.intervals = {"1m", "3m", "5m"};
    config.trader_bytes = kArenaBytes;
    auto made = engine::Engine::create(config);
    TICKSCAN_ASSERT(made.ok());
    engine_ = std::move(made.value());
    writer_ = std::make_unique<market::Writer>(engine_->store(), 0);
    writer_->interval_ms = {kMinute, 3 * kMinute, 5 * kMinute};
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      const auto key = engine_->add_symbol({"S" + std::to_string(slot), {}, kUnknown});
      TICKSCAN_ASSERT(key.ok() && !engine_->start_symbol(key.value()));
    }
  }

  // Runs a filter (or an expression) through everything. Returns what does not hold, or null.
  const char* run(const std::string& text, bool condition) {
    const size_t used = engine_->arena().bytes_used();
    if (condition) {
      add(text, false);
      add(text, true);
    }
    for (uint32_t i = 0; i < 4; ++i) {
      close_minute();
      cycle();
    }
    live();
    cycle();
    // The history comes in one cycle, then traders that must warm up from it.
    for (uint32_t i = 0; i < kHistory; ++i) close_minute();
    cycle();
    if (condition) {
      add(text, false);
      add(text, true);
    }
    live();
    cycle();
    correct();
    live();
    cycle();
    if (const char* broken = compare(text)) return broken;
    for (const Folded& one : traders_) TICKSCAN_ASSERT(!engine_->remove_trader(one.trader));
    traders_.clear();
    if (engine_->arena().bytes_used() != used) return "memory is kept by traders that are gone";
    return engine_->scan().sweep_found() == 0 ? nullptr : "an update was lost";
  }

 private:
  static constexpr double kMinute = 60'000;
  static constexpr uint32_t kMaxKlines = 64;
  static constexpr uint32_t kHistory = 50;
  // Small, so that E_MEMORY is met.
  static constexpr double kArenaBytes = 1 << 20;

  struct Folded {
    uint32_t trader;
    std::set<uint32_t> matches;
  };

  // Prices that repeat, rise, fall and stand still, from the step alone.
  static double price(uint32_t step, uint32_t slot) {
    const uint32_t mixed = (step * 2654435761U) >> 28;
    const double unit = slot == 0 ? 1 : 0x1p-20;
    return (step % 16 < 5 ? 100 : 95 + mixed) * unit;
  }

  [[nodiscard]] market::Kline kline(double open_time, uint32_t slot, uint32_t salt) const {
    const double open = price(minute_ + salt, slot);
    const double close = price(minute_ + salt + 1, slot);
    const double volume = (minute_ + salt) % 7 == 0 ? 0 : (minute_ * 13 + salt) % 50;
    return {{open_time, open, std::max(open, close) * 1.01, std::min(open, close) * 0.99, close, volume}};
  }

  void add(const std::string& text, bool on_close) {
    engine::TraderSpec spec;
    spec.id = "t" + std::to_string(traders_.size());
    spec.filter = text;
    spec.interval = traders_.size() % 2 == 0 ? "1m" : "3m";
    spec.on_close = on_close;
    spec.column_names = {"same"};
    spec.column_filters = {text};
    auto added = engine_->add_trader(spec);
    // A lookback beyond the history or a state beyond the arena is refused; that is an outcome like any other.
    if (added.ok()) traders_.push_back({added.value().trader, {}});
  }

  void write(uint32_t slot, uint32_t interval, const market::Kline& one, bool closed) {
    TICKSCAN_ASSERT(writer_->update_kline(slot, interval, one, closed) == market::WriteResult::written);
  }

  void close_minute() {
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      // 5m before 1m for one symbol, 1m before 5m for the other.
      for (uint32_t turn = 0; turn < 3; ++turn) {
        const uint32_t i = slot == 0 ? 2 - turn : turn;
        const double length = writer_->interval_ms[i];
        const double end = (minute_ + 1) * kMinute;
        if (std::fmod(end, length) != 0) continue;
        // Some klines of the second symbol never come.
        if (slot == 1 && minute_ % 11 == 4) continue;
        write(slot, i, kline(end - length, slot, i), true);
      }
    }
    ++minute_;
  }

  void live() {
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      for (uint32_t i = 0; i < 3; ++i) {
        const double length = writer_->interval_ms[i];
        const double open_time = std::floor(minute_ * kMinute / length) * length;
        write(slot, i, kline(open_time, slot, 5 + i), false);
      }
    }
    double ticker[market::kTickerFields];
    std::fill(std::begin(ticker), std::end(ticker), kUnknown);
    ticker[market::ticker_last] = price(minute_, 0);
    ticker[market::ticker_bid] = price(minute_ + 1, 0);
    // The second symbol has no ticker.
    TICKSCAN_ASSERT(writer_->update_ticker(0, ticker) == market::WriteResult::written);
  }

  void correct() { write(0, 0, kline((minute_ - 1) * kMinute, 0, 3), true); }

  void cycle() {
    engine_->cycle(minute_ * kMinute);
    const scan::PackedDeltas& deltas = engine_->scan().deltas();
    for (size_t at = 0; at < deltas.words.size();) {
      const int32_t* w = deltas.words.data() + at;
      const auto trader = static_cast<uint32_t>(w[0]);
      const auto found = std::find_if(traders_.begin(), traders_.end(),
                                      [&](const Folded& one) { return one.trader == trader; });
      TICKSCAN_ASSERT(found != traders_.end());
      if ((w[1] & scan::kDeltaSnapshot) != 0) found->matches.clear();
      // Both symbols are in the first block.
      TICKSCAN_ASSERT(w[5] <= 1);
      for (uint32_t slot = 0; w[5] == 1 && slot < kSymbols; ++slot) {
        const int32_t* change = w + scan::kHeadWords;
        if ((change[1] >> slot & 1) != 0) TICKSCAN_ASSERT(found->matches.insert(slot).second);
        if ((change[3] >> slot & 1) != 0) TICKSCAN_ASSERT(found->matches.erase(slot) == 1);
      }
      at += scan::kHeadWords + static_cast<size_t>(w[5]) * scan::kChangeWords;
    }
  }

  // What deltas have told must be what is asked for now, and a late trader must say the same as an early one.
  const char* compare(const std::string& text) {
    std::vector<double> now;
    std::vector<double> history;
    for (const char* interval : {"1m", "3m"}) {
      const bool evaluated = !engine_->evaluate(text, interval, {}, &now);
      if (evaluated && now.size() != kSymbols) return "a value per symbol";
      const bool has_history = !engine_->series(text, interval, {}, 1, &history);
      if (has_history && history.empty()) return "a value per kline";
      for (const Folded& one : traders_) {
        const scan::Trader* trader = engine_->scan().trader(one.trader);
        if (!evaluated || trader->on_close || (trader->base == 0) != (interval[0] == '1')) continue;
        for (uint32_t slot = 0; slot < kSymbols; ++slot) {
          if ((now[slot] == 1) != (one.matches.count(slot) == 1))
            return "a match that is not true, or a miss";
        }
      }
    }
    return nullptr;
  }

  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<market::Writer> writer_;
  std::vector<Folded> traders_;
  uint32_t minute_ = 0;
};

}  // namespace tickscan::fuzz
