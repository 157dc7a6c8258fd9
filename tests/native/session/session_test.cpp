// Lag, the lagging set and the gate, on a whole engine: which klines are counted, which are checked, and who is muted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scan/scan_fixture.h"

namespace tickscan::session {
namespace {

using scan::testing::World;

constexpr double kMinute = 60'000;
constexpr double kNoon = 1'714'996'800'000;

market::Kline flat(double close_time, double price = 1) {
  return {{close_time - kMinute, price, price, price, price, 1}};
}

bool has(LaneMask lanes, uint32_t slot) { return (lanes >> slot & 1) != 0; }

struct Late : World {
  explicit Late(uint32_t count, uint32_t max_klines = 500) : World(count, max_klines) {}
  void close(uint32_t slot, double close_time, double price = 1) {
    close_kline(slot, 0, flat(close_time, price));
  }
  [[nodiscard]] const Session& session() const { return engine->session(); }
  [[nodiscard]] bool lagging(uint32_t slot) const { return has(session().monitor().lagging()[0], slot); }
  void configure(const engine::SessionConfig& config) { EXPECT_FALSE(engine->configure_session(config)); }
};

bool lagging_only(const Late& world, uint32_t slot) {
  return world.session().monitor().lagging()[0] == lane_bit(slot);
}

TEST(Session, ChecksBeforeCountingAndOnlyEveryTenthKline) {
  Late world(2);
  for (int counter = 0; counter <= 150; ++counter) {
    world.close(1, kNoon - (150 - counter) * kMinute);
    world.close(0, kNoon + counter * kMinute);
    world.cycle(kNoon);
    ASSERT_EQ(world.session().active(), counter == 150) << counter;
    ASSERT_EQ(world.session().monitor().counted(1), static_cast<uint32_t>(counter) + 1);
  }
  EXPECT_EQ(world.session().activations(), 1U);
  EXPECT_EQ(world.session().monitor().checks(), 16U * 2);
}

TEST(Session, TheNewestLagAndTheLargestAreKept) {
  Late world(2);
  const LagMonitor& monitor = world.session().monitor();
  EXPECT_TRUE(std::isnan(monitor.lag_ms(0)));
  EXPECT_TRUE(std::isnan(monitor.lag_ms_max(0)));
  double largest = 0;
  int n = 0;
  for (const double lag : {2.0, 30.0, 5.0, 1.0}) {
    world.close(0, kNoon + n * kMinute);
    world.cycle(kNoon + n++ * kMinute + lag);
    largest = std::max(largest, lag);
    EXPECT_EQ(monitor.lag_ms(0), lag);
    EXPECT_EQ(monitor.lag_ms_max(0), largest);
  }
  EXPECT_TRUE(std::isnan(monitor.lag_ms_max(1)));
}

// As after a copy of the market: the words say what was counted and found late, the client what it was told.
TEST(Session, AnEngineThatTakesOverGoesOnCounting) {
  Late world(2);
  const market::Store& store = world.engine->store();
  store.lag(0).state = 3 * 8;
  store.lag(1).state = 3 * 8 + 1;
  const auto key = [&](uint32_t slot) { return world.engine->symbols().key(slot); };
  EXPECT_FALSE(world.engine->resume_symbol(key(0), false, false, kUnknown, kNoon));
  EXPECT_FALSE(world.engine->resume_symbol(key(1), false, false, kUnknown, kNoon));
  world.engine->resume_session();
  EXPECT_FALSE(world.session().active()) << "what was found late stays late, told or not";
  EXPECT_TRUE(lagging_only(world, 1));
  EXPECT_EQ(world.session().monitor().counted(0), 3U);
  for (int n = 0; n < 4; ++n) world.close(0, kNoon + n * kMinute);
  world.cycle(kNoon + 3 * kMinute);
  EXPECT_EQ(world.session().monitor().checks(), 0U)
      << "klines 0 to 2 were looked at before, 3 is not checked";
  EXPECT_EQ(store.lag(0).state, 4 * 8);
  EXPECT_FALSE(world.session().resync());
}

// Slot 0 was caught up again, 1 was heard again while it was stalled, 2 stalled: all unsaid.
TEST(Session, WhatADeadEngineFoundAndNeverSaidHolds) {
  Late world(3);
  const market::Store& store = world.engine->store();
  const uint32_t noted[] = {1 * 8, 1 * 8 + 1, 1 * 8 + 3};
  const auto resume = [&](uint32_t slot, bool late, bool stalled) {
    store.lag(slot).heard_ms.store(kNoon);
    store.lag(slot).state = static_cast<int32_t>(noted[slot]);
    EXPECT_FALSE(
        world.engine->resume_symbol(world.engine->symbols().key(slot), late, stalled, kUnknown, kNoon));
  };
  resume(0, true, false);
  resume(1, true, true);
  resume(2, true, false);
  world.engine->resume_session();
  const LagMonitor& monitor = world.session().monitor();
  EXPECT_FALSE(has(monitor.lagging()[0], 0));
  EXPECT_TRUE(has(monitor.lagging()[0], 1));
  EXPECT_FALSE(has(monitor.stalled()[0], 1));
  EXPECT_TRUE(has(monitor.stalled()[0], 2));
  world.cycle(kNoon + 1);
  EXPECT_FALSE(world.session().active()) << "1 holds it";
  world.cycle(kNoon + 181'000);
  EXPECT_TRUE(world.session().active());
  EXPECT_TRUE(world.session().resync()) << "0 comes back";
}

// Late at its first check and caught up at its last, all in one look: the closes in between are nobody's signals.
TEST(Session, ALatenessWithinTheLastLookOfADeadEngineIsToldAsOneThatIsOver) {
  Late first(2);
  for (int n = 0; n <= 20; ++n) first.close(1, kNoon - (20 - n) * kMinute);
  first.cycle(kNoon);
  ASSERT_TRUE(first.session().resync());
  const int32_t noted = first.engine->store().lag(1).state;
  EXPECT_EQ(noted, 21 * 8 + 4);
  // Twice: the engine that takes over dies in its first look as well, in which more has come.
  for (const int deaths : {1, 2}) {
    Late next(2);
    next.engine->store().lag(1).state = noted;
    for (const uint32_t slot : {0U, 1U}) {
      const market::SymbolKey key = next.engine->symbols().key(slot);
      EXPECT_FALSE(next.engine->resume_symbol(key, false, false, kUnknown, kNoon));
    }
    next.engine->resume_session();
    for (int n = 0; n <= 20 + deaths; ++n) next.close(1, kNoon - (20 - n) * kMinute);
    next.cycle(kNoon + kMinute);
    EXPECT_TRUE(next.session().active());
    EXPECT_TRUE(next.session().resync());
    EXPECT_EQ(next.engine->store().lag(1).state, (21 + deaths) * 8 + 4)
        << "this look is not told yet, either";
    next.cycle(kNoon + kMinute);
    EXPECT_FALSE(next.session().resync());
    EXPECT_EQ(next.engine->store().lag(1).state, (21 + deaths) * 8);
  }
}

// An engine that takes over scans everything, as one that repairs: that is no update.
TEST(Session, MarksAloneAreNoSignOfLife) {
  Late world(1);
  world.close(0, kNoon - 5 * kMinute);
  world.cycle(kNoon);
  EXPECT_TRUE(lagging_only(world, 0));
  world.engine->store().tracker().mark(1, 0);
  world.cycle(kNoon + 179'000);
  EXPECT_FALSE(world.session().active());
  world.cycle(kNoon + 181'000);
  EXPECT_TRUE(world.session().active());
}

TEST(Session, TheThresholdItselfIsNotLate) {
  Late world(1);
  world.close(0, kNoon);
  world.cycle(kNoon + 60'000);
  EXPECT_TRUE(world.session().active());
  Late later(1);
  later.close(0, kNoon);
  later.cycle(kNoon + 60'001);
  EXPECT_FALSE(later.session().active());
}

// However the klines are spread over cycles, the counter is the same and each check happens.
TEST(Session, SeveralKlinesInOneCycleAreCountedOneByOne) {
  for (const int per_cycle : {1, 2, 3, 7, 10, 11, 25, 50}) {
    Late world(1);
    bool ever_late = false;
    for (int first = 0; first < 50; first += per_cycle) {
      bool late_check = false;
      for (int n = first; n < std::min(50, first + per_cycle); ++n) {
        // Kline 30 alone is late, in a jump back of the clock's sense: all before and after are in time.
        world.close(0, kNoon + n * kMinute);
        late_check = late_check || n == 30;
      }
      // At the cycle with kline 30 the clock runs ahead of it, and of all klines before it in the cycle.
      const double now = late_check ? kNoon + 30 * kMinute + 61'000 : kNoon + first * kMinute;
      world.cycle(now);
      ever_late = ever_late || has(world.session().monitor().found_late()[0], 0);
    }
    EXPECT_TRUE(ever_late) << per_cycle;
    EXPECT_EQ(world.session().monitor().counted(0), 50U) << per_cycle;
  }
}

TEST(Session, KlinesThatWereLappedAreCountedAndJudgedByWhatIsKept) {
  Late world(1, 3);
  for (int n = 0; n < 20; ++n) world.close(0, kNoon - (19 - n) * kMinute);
  world.cycle(kNoon);
  EXPECT_EQ(world.session().monitor().counted(0), 20U);
  EXPECT_TRUE(has(world.session().monitor().found_late()[0], 0)) << "kline 0 was 19 minutes late";
  EXPECT_TRUE(world.lagging(0)) << "kline 10, the last that is checked, was 9 minutes late";
}

TEST(Session, HistoryFilledGapsAndCorrectionsAreNotCounted) {
  Late world(1);
  std::vector<market::Kline> history;
  for (int n = 0; n < 30; ++n) history.push_back(flat(kNoon - (100 - n) * kMinute));
  ASSERT_EQ(world.writer->load_history(0, 0, history), market::WriteResult::written);
  world.cycle(kNoon);
  EXPECT_EQ(world.session().monitor().counted(0), 0U);
  world.close(0, kNoon);
  // A gap is filled, a kline corrected, one given twice; and history comes again.
  world.close(0, kNoon - 20 * kMinute);
  world.close(0, kNoon - 20 * kMinute, 2);
  EXPECT_EQ(world.writer->update_kline(0, 0, flat(kNoon), true), market::WriteResult::duplicate);
  ASSERT_EQ(world.writer->load_history(0, 0, history), market::WriteResult::written);
  world.cycle(kNoon);
  EXPECT_EQ(world.session().monitor().counted(0), 1U);
  EXPECT_TRUE(world.session().active());
  world.close(0, kNoon + kMinute);
  ASSERT_EQ(world.writer->load_history(0, 0, history), market::WriteResult::written);
  world.close(0, kNoon + 2 * kMinute);
  world.cycle(kNoon);
  EXPECT_EQ(world.session().monitor().counted(0), 3U);
}

TEST(Session, OnlyTheShortestIntervalIsCounted) {
  Late world(1);
  world.close_kline(0, 1, {{kNoon - 180 * kMinute, 1, 1, 1, 1, 1}});
  world.close_kline(0, 2, {{kNoon - 300 * kMinute, 1, 1, 1, 1, 1}});
  world.cycle(kNoon);
  EXPECT_TRUE(world.session().active());
  EXPECT_EQ(world.session().monitor().counted(0), 0U);
  // A symbol whose feed brings 3m and 5m klines alone is judged by its 3m ones.
  const auto slot = world.engine->symbols().size();
  EXPECT_EQ(slot, 1U);
  EXPECT_FALSE(world.engine->remove_symbol(0));
  const auto key = world.engine->add_symbol({"M", {"5m", "3m"}, kUnknown});
  ASSERT_TRUE(key.ok());
  EXPECT_FALSE(world.engine->start_symbol(key.value()));
  EXPECT_EQ(world.writer->update_kline(key.value(), 0, flat(kNoon - 90 * kMinute), true),
            market::WriteResult::written);
  world.cycle(kNoon);
  EXPECT_TRUE(world.session().active());
  EXPECT_EQ(world.writer->update_kline(key.value(), 1, flat(kNoon - 90 * kMinute), true),
            market::WriteResult::written);
  world.cycle(kNoon);
  EXPECT_FALSE(world.session().active());
}

TEST(Session, AStalledSymbolIsMutedAloneUntilACheckFindsItCaughtUp) {
  Late world(2);
  world.close(0, kNoon - 10 * kMinute);
  world.close(1, kNoon);
  world.cycle(kNoon);
  EXPECT_FALSE(world.session().active());
  world.tick(0, market::ticker_last, 1);
  world.cycle(kNoon + 170'000);
  world.cycle(kNoon + 350'000);
  EXPECT_FALSE(world.session().active()) << "the ticker was 180 s ago";
  world.cycle(kNoon + 350'001);
  EXPECT_TRUE(world.session().active());
  EXPECT_TRUE(world.session().resync());
  EXPECT_EQ(world.session().muted(0), LaneMask{1});
  for (int n = 1; n < 10; ++n) {
    world.close(0, kNoon + n * kMinute);
    world.cycle(kNoon + 350'001 + n);
    EXPECT_TRUE(world.session().active());
    EXPECT_EQ(world.session().muted(0), LaneMask{1}) << "no check yet";
  }
  world.close(0, kNoon + 10 * kMinute);
  world.cycle(kNoon + 10 * kMinute);
  EXPECT_EQ(world.session().muted(0), LaneMask{0});
  EXPECT_TRUE(world.session().resync());
}

TEST(Session, AClockThatIsPutBackHoldsNobodyUpForLonger) {
  Late world(1);
  world.close(0, kNoon - 10 * kMinute);
  world.cycle(kNoon);
  world.cycle(kNoon - 5 * kMinute);
  EXPECT_FALSE(world.session().active());
  world.cycle(kNoon - 5 * kMinute + 180'001);
  EXPECT_TRUE(world.session().active());
  EXPECT_GE(world.session().inactive_ms(), 0);
}

TEST(Session, SymbolsWithClockAndKlinesOnDifferentTimeBasesAreNotLate) {
  Late world(1);
  world.close(0, kMinute);
  world.cycle(kNoon);
  EXPECT_TRUE(world.session().active());
  Late other(1);
  other.close(0, kNoon - 364.0 * 86'400'000);
  other.cycle(kNoon);
  EXPECT_FALSE(other.session().active()) << "a year is late";
}

TEST(Session, SettingsAreCheckedAllOrNothing) {
  Late world(1);
  engine::SessionConfig config;
  config.threshold_s = 5;
  config.check_interval = 0;
  const auto bad = world.engine->configure_session(config);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->code, ErrorCode::E_CONFIG);
  world.close(0, kNoon - 30'000);
  world.cycle(kNoon);
  EXPECT_TRUE(world.session().active()) << "the threshold is 60 s still";
  for (const double wrong : {-1.0, kUnknown}) {
    engine::SessionConfig one;
    one.threshold_s = wrong;
    EXPECT_TRUE(world.engine->configure_session(one));
    engine::SessionConfig other;
    other.stalled_after_s = wrong;
    EXPECT_TRUE(world.engine->configure_session(other));
  }
  engine::SessionConfig never;
  never.threshold_s = std::numeric_limits<double>::infinity();
  world.configure(never);
  for (int n = 1; n < 25; ++n) world.close(0, kNoon + n);
  world.cycle(kNoon + 9e9);
  EXPECT_TRUE(world.session().active()) << "Infinity turns it off";
}

TEST(Session, WhoIsActiveAgainIsSentWhatMatches) {
  Late world(2);
  const uint32_t trader = world.add("t", "close > 1", "1m", false);
  engine::SessionConfig config;
  config.check_interval = 1;
  world.configure(config);
  world.close(0, kNoon, 5);
  world.close(1, kNoon - 10 * kMinute, 0);
  world.cycle(kNoon);
  ASSERT_FALSE(world.session().active());
  world.close(1, kNoon, 0);
  const auto items = world.cycle(kNoon);
  ASSERT_TRUE(world.session().active());
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].trader, trader);
  EXPECT_EQ(items[0].flags, scan::kDeltaSnapshot);
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{0});
}

TEST(Session, ARemovedSymbolLeavesAllMatchesAndNoState) {
  Late world(2);
  const uint32_t trader = world.add("t", "sma(close, 2) > 1", "1m", false);
  const uint32_t closes = world.add("c", "sma(close, 2) > 1", "1m", true);
  for (int n = 1; n <= 3; ++n) {
    world.close(0, kNoon + n * kMinute, 5);
    world.close(1, kNoon + n * kMinute, 5);
  }
  world.cycle(kNoon + 3 * kMinute);
  EXPECT_EQ(world.folded[trader].size(), 2U);
  EXPECT_FALSE(world.engine->remove_symbol(0));
  const auto items = world.cycle(kNoon + 4 * kMinute);
  ASSERT_EQ(items.size(), 2U);
  for (const auto& item : items) {
    EXPECT_EQ(item.left, std::vector<uint32_t>{0});
    EXPECT_EQ(item.time, kNoon + 4 * kMinute);
  }
  EXPECT_EQ(world.last.report.skipped_symbols + world.last.report.updated_symbols, 1U);
  const auto key = world.engine->add_symbol({"NEXT", {}, kUnknown});
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key.value() % market::kMaxSymbols, 0U);
  EXPECT_EQ(world.session().monitor().counted(0), 0U);
  EXPECT_EQ(world.writer->update_kline(0, 0, flat(kNoon), true), market::WriteResult::removed);
  // It is written, and not scanned before it is started.
  EXPECT_EQ(world.writer->update_kline(key.value(), 0, flat(kNoon + 4 * kMinute, 9), true),
            market::WriteResult::written);
  EXPECT_TRUE(world.cycle(kNoon + 4 * kMinute).empty());
  EXPECT_FALSE(world.engine->start_symbol(key.value()));
  EXPECT_TRUE(world.cycle(kNoon + 4 * kMinute).empty()) << "one kline: sma(close, 2) is unknown";
  EXPECT_EQ(world.writer->update_kline(key.value(), 0, flat(kNoon + 5 * kMinute, 9), true),
            market::WriteResult::written);
  world.cycle(kNoon + 5 * kMinute);
  EXPECT_EQ(world.folded[trader], (std::set<uint32_t>{0, 1}));
  EXPECT_EQ(world.folded[closes], (std::set<uint32_t>{0, 1}));
  std::vector<double> values;
  EXPECT_FALSE(world.engine->series("sma(close, 2)", "1m", {}, 0, &values));
  ASSERT_EQ(values.size(), 2U);
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], 9);
}

}  // namespace
}  // namespace tickscan::session
