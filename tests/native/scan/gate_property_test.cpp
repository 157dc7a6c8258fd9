// Random traders with cooldowns and refresh times, changed, switched off and on at random, over random markets, with
// tracking on and off, large and small slices, and a clock that is set back now and then: against a model that knows
// no masks, no dirty bits and no sharing. TICKSCAN_SEED repeats the seed that a failing run names.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

// Three blocks, the last one partial.
constexpr uint32_t kSymbols = 131;
constexpr double kLongest = 300'000;  // of the intervals that there are
constexpr double kNever = -std::numeric_limits<double>::infinity();

// What a trader should match: decided symbol by symbol, by the words of the promise.
struct Model {
  engine::TraderSpec spec;
  uint32_t base = 0;
  bool fresh = true;
  bool written = true;  // since its last decision
  double decided_ms = kNever;
  std::set<uint32_t> matches;
  std::map<uint32_t, double> entered_ms;
  std::map<uint32_t, double> decided_close;

  void decide(uint32_t slot, bool truth, double time) {
    const auto last = entered_ms.find(slot);
    if (last != entered_ms.end() && last->second > time + spec.cooldown_ms + kLongest) last->second = time;
    if (!truth) {
      matches.erase(slot);
      return;
    }
    if (matches.count(slot) != 0) return;
    if (spec.cooldown_ms > 0 && last != entered_ms.end() && time < last->second + spec.cooldown_ms) return;
    matches.insert(slot);
    entered_ms[slot] = time;
  }

  void update(const engine::TraderSpec& next, uint32_t next_base) {
    const bool keeps = next.on_close == spec.on_close && next.cooldown_ms > 0 && spec.cooldown_ms > 0;
    if (!keeps) entered_ms.clear();
    spec = next;
    base = next_base;
    fresh = true;
  }

  void set_clock_back(double now_ms) {
    if (spec.on_close) return;
    decided_ms = std::min(decided_ms, now_ms);
    for (auto& [slot, time] : entered_ms) time = std::min(time, now_ms);
  }
};

class RandomRun {
 public:
  explicit RandomRun(uint32_t seed) : random_(seed), world_(kSymbols, 60, 1 + seed % 2) {}

  void go() {
    for (uint32_t minute = 0; minute < 60; ++minute) {
      write(minute);
      change(minute);
      if (below(12) == 0) world_.engine->set_tracking(tracking_ = below(2) == 0);
      if (below(6) == 0) {
        ASSERT_FALSE(world_.engine->set_batch_symbols(1 + below(200)));
      }
      const double step = below(15) == 0 ? -300'000.0 : 20'000.0 * below(6);
      const bool back = step < 0;
      now_ms_ = std::max(1.0, now_ms_ + step);
      ASSERT_NO_FATAL_FAILURE(cycle_and_check(back));
      // What only time changes.
      if (below(3) == 0) {
        now_ms_ += 20'000;
        ASSERT_NO_FATAL_FAILURE(cycle_and_check(false));
      }
    }
  }

 private:
  uint32_t below(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_); }

  engine::TraderSpec random_spec(const std::string& id) {
    static const char* const kFilters[] = {"close > 100",
                                           "close > open",
                                           "last > 3",
                                           "last > 2 or close < 98",
                                           "close > sma(close, 3)",
                                           "not (volume > 1)",
                                           "highest(close, 2) > 102",
                                           "1 > 0"};
    static const char* const kIntervals[] = {"1m", "3m"};
    engine::TraderSpec spec;
    spec.id = id;
    spec.on_close = below(2) == 0;
    base_ = below(2);
    spec.interval = kIntervals[base_];
    spec.filter = kFilters[below(8)];
    // Ticker fields of a close are those of the deciding cycle, which the model does not keep.
    if (spec.on_close && spec.filter.find("last") != std::string::npos) spec.filter = "close > open";
    spec.enabled = below(5) != 0;
    if (below(3) != 0) spec.cooldown_ms = 30'000.0 * (1 + below(8));
    if (!spec.on_close && below(2) == 0) spec.refresh_ms = 15'000.0 * (1 + below(8));
    return spec;
  }

  void write(uint32_t minute) {
    for (auto& [trader, model] : models_) model.written = true;
    const auto price = [&] { return 96.0 + below(9); };
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      for (uint32_t i = 0; i < 2; ++i) {
        const double length = world_.lengths[i];
        const double open_time = std::floor(minute * 60'000.0 / length) * length;
        const market::Kline one = kline(open_time, price(), 110, 90, price(), below(4));
        const bool ends = std::fmod((minute + 1) * 60'000.0, length) == 0;
        if (below(8) == 0) world_.live_kline(slot, i, one);
        if (ends && below(3) != 0) world_.close_kline(slot, i, one);
      }
      if (below(8) == 0) world_.tick(slot, market::ticker_last, below(6));
    }
  }

  void change(uint32_t minute) {
    const uint32_t what = below(6);
    if (what == 0 || models_.empty()) {
      const engine::TraderSpec spec = random_spec("t" + std::to_string(minute));
      Model model;
      model.spec = spec;
      model.base = base_;
      models_.emplace(world_.add(spec), model);
    } else if (what < 4) {
      auto& [trader, model] = *std::next(models_.begin(), below(static_cast<uint32_t>(models_.size())));
      engine::TraderSpec spec = what == 1 ? random_spec(model.spec.id) : model.spec;
      if (what != 1) base_ = model.base;
      if (what == 2) spec.enabled = !spec.enabled;
      if (what == 3) spec.cooldown_ms = spec.cooldown_ms > 0 ? spec.cooldown_ms / 2 : 60'000;
      engine::TraderSpec bad = spec;
      bad.filter = "close >";
      EXPECT_FALSE(world_.engine->update_trader(trader, bad).ok());
      EXPECT_TRUE(world_.engine->update_trader(trader, spec).ok());
      model.update(spec, base_);
    } else if (models_.size() > 6) {
      const uint32_t trader = models_.begin()->first;
      ASSERT_FALSE(world_.engine->remove_trader(trader));
      world_.folded.erase(trader);
      models_.erase(trader);
    }
  }

  void expect(Model& model) {
    const bool fresh = model.fresh;
    model.fresh = false;
    if (!model.spec.enabled) {
      model.matches.clear();
    } else if (model.spec.on_close) {
      expect_closes(model, fresh);
    } else if (fresh || model.decided_ms + model.spec.refresh_ms <= now_ms_) {
      const std::set<uint32_t> before = model.matches;
      const filter::Tree tree = world_.tree(model.spec.filter, model.base, filter::Want::condition);
      for (uint32_t slot = 0; slot < kSymbols; ++slot) {
        model.decide(slot, Naive(tree, world_.symbols[slot], model.base).now() == 1, now_ms_);
      }
      // A look at nothing is no decision: the refresh time goes on from the last one.
      if (fresh || model.written || !tracking_ || model.matches != before) model.decided_ms = now_ms_;
      model.written = false;
    }
  }

  // One close at most comes in a cycle, so what is new is the last one.
  void expect_closes(Model& model, bool fresh) {
    const filter::Tree tree = world_.tree(model.spec.filter, model.base, filter::Want::condition);
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      const auto& series = world_.symbols[slot].series[model.base];
      if (series.closed.empty()) {
        if (fresh) model.matches.erase(slot);
        continue;
      }
      const double time = series.closed.back().open_time() + series.length_ms;
      auto [seen, is_new] = model.decided_close.try_emplace(slot, kNever);
      if (!fresh && seen->second == time) continue;
      seen->second = time;
      model.decide(slot, Naive(tree, world_.symbols[slot], model.base).at(time) == 1, time);
    }
  }

  void cycle_and_check(bool back) {
    for (auto& [trader, model] : models_) {
      if (back) model.set_clock_back(now_ms_);
    }
    uint64_t full = 0;
    world_.cycle(now_ms_);
    for (auto& [trader, model] : models_) {
      expect(model);
      ASSERT_EQ(world_.folded[trader], model.matches)
          << model.spec.id << ": " << model.spec.filter << (model.spec.on_close ? " on close" : "")
          << " cooldown " << model.spec.cooldown_ms << " refresh " << model.spec.refresh_ms << " at "
          << now_ms_;
      full += model.matches.size();
    }
    ASSERT_EQ(world_.last.report.sizes.full_entries, full);
    ASSERT_EQ(world_.engine->scan().sweep_found(), 0U);
  }

  std::mt19937 random_;
  World world_;
  std::map<uint32_t, Model> models_;
  uint32_t base_ = 0;
  bool tracking_ = true;
  double now_ms_ = 1e9;
};

TEST(GateProperty, AgreesWithTheModel) {
  if (const char* seed = std::getenv("TICKSCAN_SEED")) {
    RandomRun(static_cast<uint32_t>(std::atoi(seed))).go();
    return;
  }
  const char* count = std::getenv("TICKSCAN_SEEDS");
  const uint32_t seeds = count != nullptr ? static_cast<uint32_t>(std::atoi(count)) : 40;
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("TICKSCAN_SEED=" + std::to_string(seed));
    RandomRun run(seed);
    ASSERT_NO_FATAL_FAILURE(run.go());
  }
}

}  // namespace
}  // namespace tickscan::scan::testing
