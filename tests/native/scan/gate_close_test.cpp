// Cooldowns of traders on closes, which count in the times of klines: of another clock, of another interval, and beside a
// clock that is elsewhere.
#include <gtest/gtest.h>

#include "scan/gate_fixture.h"

namespace tickscan::scan::testing {
namespace {

TEST(GateOnCloses, TheCooldownOfACloseTraderCountsInKlineTime) {
  World world(1);
  engine::TraderSpec spec = spec_of("close > 5");
  spec.on_close = true;
  spec.cooldown_ms = 3 * kMinute;
  const uint32_t trader = world.add(spec);
  world.cycle(0);
  std::vector<double> entered;
  for (int minute = 0; minute < 8; ++minute) {
    world.close_kline(0, 0, flat(minute * kMinute, minute % 2 == 0 ? 6 : 1));
    // The clock stands still, and says nothing.
    for (const Item& item : world.cycle(1e12)) {
      if (!item.entered.empty()) entered.push_back(item.time / kMinute);
    }
  }
  // True at 1, 3, 5 and 7; 3 is within three minutes of 1, and 7 of 5.
  EXPECT_EQ(entered, (std::vector<double>{1, 5}));
  EXPECT_TRUE(world.folded[trader].empty());
}

// Kline times and the clock may be years apart: what counted from one would end now, or never, on the other.
TEST(GateOnCloses, AChangeOfTheClockStartsCooldownsAnew) {
  for (const bool to_close : {true, false}) {
    World world(1);
    engine::TraderSpec spec = spec_of(to_close ? "last > 5" : "close > 5");
    spec.cooldown_ms = 3 * kMinute;
    spec.on_close = !to_close;
    const uint32_t trader = world.add(spec);
    // It enters at a time that the other clock reaches much later, and leaves again.
    const double clock = to_close ? 1e12 : 1;
    const double opens = to_close ? 0 : 1e12;
    for (const int n : {0, 1}) {
      world.tick(0, market::ticker_last, n == 0 ? 6 : 1);
      world.close_kline(0, 0, flat(opens + n * kMinute, n == 0 ? 6 : 1));
      ASSERT_EQ(world.cycle(clock).size(), 1U);
    }
    spec.filter = "close > 5";
    spec.on_close = to_close;
    ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
    EXPECT_TRUE(world.cycle(clock).empty());
    std::vector<double> entered;
    for (int n = 2; n < 7; ++n) {
      world.close_kline(0, 0, flat(opens + n * kMinute, n % 2 == 0 ? 6 : 1));
      for (const Item& item : world.cycle(clock + (n + 1) * kMinute)) {
        if (!item.entered.empty()) entered.push_back((item.time - (to_close ? 0 : clock)) / kMinute);
      }
    }
    EXPECT_EQ(entered, (std::vector<double>{3, 7})) << "5 is within the cooldown from 3";
  }
}

// Seed 39944 of the simulator: the klines of the interval that the trader was changed to were far behind the close at which
// the symbol had entered, and it was held back until they had come there.
TEST(GateOnCloses, ACooldownLastsNoLongerWhereTheKlinesOfAnotherIntervalAreBehind) {
  for (const bool far : {true, false}) {
    World world(1);
    engine::TraderSpec spec = spec_of("close > 5");
    spec.interval = "3m";
    spec.on_close = true;
    spec.cooldown_ms = 3 * kMinute;
    const uint32_t trader = world.add(spec);
    world.cycle(0);
    // It enters at minute 63 and leaves at 66; the minute's klines stand at 1 or at 62.
    world.close_kline(0, 1, flat(60 * kMinute, 6));
    ASSERT_EQ(world.cycle(0).front().time, 63 * kMinute);
    world.close_kline(0, 1, flat(63 * kMinute, 1));
    ASSERT_EQ(world.cycle(0).front().left, std::vector<uint32_t>{0});
    const int begin = far ? 0 : 61;
    world.close_kline(0, 0, flat(begin * kMinute, 1));
    spec.interval = "1m";
    ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
    EXPECT_TRUE(world.cycle(0).empty());
    std::vector<double> entered;
    for (int n = 1; n < 7; ++n) {
      world.close_kline(0, 0, flat((begin + n) * kMinute, 6));
      for (const Item& item : world.cycle(0)) entered.push_back(item.time / kMinute);
    }
    EXPECT_EQ(entered, (std::vector<double>{far ? 4.0 : 66.0}))
        << "three minutes from where the klines were, or from when it had entered";
  }
}

// The newest close of the longer interval is before the one at which the symbol entered, by more than the cooldown.
TEST(GateOnCloses, ACooldownHoldsThroughAChangeToALongerIntervalAndBack) {
  World world(1);
  engine::TraderSpec spec = spec_of("close > 5");
  spec.on_close = true;
  spec.cooldown_ms = 2 * kMinute;
  const uint32_t trader = world.add(spec);
  world.cycle(0);
  world.close_kline(0, 2, flat(95 * kMinute, 1));
  world.close_kline(0, 0, flat(101 * kMinute, 1));
  world.cycle(0);
  world.close_kline(0, 0, flat(102 * kMinute, 6));
  ASSERT_EQ(world.cycle(0).front().time, 103 * kMinute);
  spec.interval = "5m";
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  EXPECT_EQ(world.cycle(0).front().left, std::vector<uint32_t>{0}) << "at minute 100";
  spec.interval = "1m";
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  EXPECT_TRUE(world.cycle(0).empty()) << "it entered at 103 and is to rest until 105";
  world.close_kline(0, 0, flat(103 * kMinute, 6));
  EXPECT_TRUE(world.cycle(0).empty());
  world.close_kline(0, 0, flat(104 * kMinute, 6));
  EXPECT_EQ(world.cycle(0).front().time, 105 * kMinute);
}

// Klines may be far ahead of the clock, as in a simulation that counts from 0.
TEST(GateOnCloses, ATraderOnClosesThatIsSwitchedOffAndOnKeepsItsCooldown) {
  World world(1);
  engine::TraderSpec spec = spec_of("close > 5");
  spec.on_close = true;
  spec.cooldown_ms = 5 * kMinute;
  const uint32_t trader = world.add(spec);
  world.cycle(0);
  constexpr double kFirst = 1e12;
  const auto close = [&](int minute, double price) {
    world.close_kline(0, 0, flat(kFirst + minute * kMinute, price));
    return world.cycle(1);
  };
  ASSERT_EQ(close(0, 6).size(), 1U);
  spec.enabled = false;
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  EXPECT_EQ(world.cycle(1).front().left, std::vector<uint32_t>{0});
  EXPECT_TRUE(close(1, 6).empty());
  spec.enabled = true;
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  EXPECT_TRUE(world.cycle(1).empty()) << "it entered two minutes ago";
  for (int minute = 2; minute < 5; ++minute) EXPECT_TRUE(close(minute, 6).empty());
  EXPECT_EQ(close(5, 6).size(), 1U);
  EXPECT_EQ(world.folded[trader], only(0));
}

}  // namespace
}  // namespace tickscan::scan::testing
