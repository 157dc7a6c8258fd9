// An engine that takes another's place: which closes it decides, and against which matches. The rings that it finds may
// keep less than what came since the times it is given.
#include <gtest/gtest.h>

#include "scan/scan_fixture.h"

namespace tickscan::scan {
namespace {

using testing::Item;
using testing::kline;
using testing::World;

constexpr double kMinute = 60'000;
constexpr double kNever = -std::numeric_limits<double>::infinity();

// Four klines of slots 0 and 65, closing at minutes 7 to 10; above 5 in minutes 7, 9 and 10.
struct Resumed : World {
  uint32_t trader = 0;
  explicit Resumed(std::set<uint32_t> matches, const std::vector<double>& decided, std::vector<Told> told)
      : World(70, 4) {
    for (const uint32_t slot : {0U, 65U}) {
      for (int minute = 0; minute < 10; ++minute) {
        const double price = minute == 7 ? 4 : 6;
        close_kline(slot, 0, kline(minute * kMinute, price, price, price, price, 1));
      }
    }
    trader = add("high", "close > 5", "1m", true);
    folded[trader] = matches;
    EXPECT_FALSE(engine->restore_trader(trader, {{matches.begin(), matches.end()}, {}, {}}));
    EXPECT_FALSE(engine->resume_trader(trader, decided, std::move(told)));
  }
};

std::vector<double> decided_times(const std::vector<Item>& items, uint32_t slot) {
  std::vector<double> times;
  for (const Item& item : items) {
    for (const auto* slots : {&item.entered, &item.left}) {
      if (std::count(slots->begin(), slots->end(), slot) > 0) times.push_back(item.time / kMinute);
    }
  }
  return times;
}

TEST(Resume, WhatIsKnownOutsideIsNotDecidedAgain) {
  // 0 is known to have left at 8, of 65 nothing is known since 6.
  Resumed world({65}, std::vector<double>(70, 6 * kMinute), {{0, 8 * kMinute}});
  const std::vector<Item> items = world.cycle(0);
  EXPECT_EQ(decided_times(items, 0), std::vector<double>{9});
  EXPECT_EQ(decided_times(items, 65), (std::vector<double>{8, 9}));
  EXPECT_EQ(world.folded[world.trader], (std::set<uint32_t>{0, 65}));
}

TEST(Resume, RingsThatKeepLessThanCameChangeWhatIsKnown) {
  // Decided up to minute 2, and the oldest kept close is at 7: 0 is known to have entered at 5, 65 to have left.
  Resumed world({0}, std::vector<double>(70, 2 * kMinute), {{65, 4 * kMinute}, {0, 5 * kMinute}});
  const std::vector<Item> items = world.cycle(0);
  EXPECT_EQ(decided_times(items, 0), (std::vector<double>{8, 9})) << "still there at 7";
  EXPECT_EQ(decided_times(items, 65), (std::vector<double>{7, 8, 9}));
  EXPECT_EQ(world.folded[world.trader], (std::set<uint32_t>{0, 65}));
}

TEST(Resume, WhatIsToldOfASlotIsForgottenWithItsSymbol) {
  Resumed world({}, std::vector<double>(70, kNever), {{0, 100 * kMinute}, {7000, 1}});
  world.cycle(0);
  EXPECT_EQ(world.folded[world.trader], std::set<uint32_t>{65});
  ASSERT_FALSE(world.engine->remove_symbol(world.engine->symbols().key(0)));
  const auto key = world.engine->add_symbol({"NEW", {}, kUnknown});
  ASSERT_TRUE(key.ok());
  ASSERT_FALSE(world.engine->start_symbol(key.value()));
  ASSERT_EQ(world.writer->update_kline(key.value(), 0, kline(0, 6, 6, 6, 6, 1), true),
            market::WriteResult::written);
  world.cycle(0);
  EXPECT_EQ(world.folded[world.trader], (std::set<uint32_t>{0, 65}));
}

TEST(Resume, WhatIsToldIsForgottenOnceItsTimeHasPassed) {
  Resumed world({}, std::vector<double>(70, 6 * kMinute), {{0, 8 * kMinute}, {65, 11 * kMinute}});
  const auto told = [&] { return world.engine->scan().trader(world.trader)->told.size(); };
  ASSERT_EQ(told(), 2U);
  world.cycle(0);
  EXPECT_EQ(told(), 1U);
  world.cycle(0);
  world.close_kline(65, 0, kline(10 * kMinute, 6, 6, 6, 6, 1));
  world.cycle(0);
  EXPECT_EQ(told(), 0U);
}

}  // namespace
}  // namespace tickscan::scan
