// Cooldown, refresh, enabled and updates of a trader, one promise after the other.
#include <gtest/gtest.h>

#include <cmath>

#include "scan/gate_fixture.h"

namespace tickscan::scan::testing {
namespace {

TEST(Gate, ARematchStaysOutUntilTheCooldownIsOverAndThenComesByTimeAlone) {
  World world(70);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.cooldown_ms = 1000;
  spec.column_names = spec.column_filters = {"last"};
  const uint32_t trader = world.add(spec);
  world.tick(69, market::ticker_last, 6);
  ASSERT_EQ(world.cycle(100).size(), 1U);
  world.tick(69, market::ticker_last, 1);
  EXPECT_EQ(world.cycle(200).front().left, std::vector<uint32_t>{69}) << "leaving is never held back";
  world.tick(69, market::ticker_last, 7);
  EXPECT_TRUE(world.cycle(300).empty());
  EXPECT_TRUE(world.cycle(1099).empty());
  const std::vector<Item> items = world.cycle(1100);
  ASSERT_EQ(items.size(), 1U) << "nothing was dirty, and the time is over";
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{69});
  EXPECT_EQ(items[0].values, std::vector<double>{7});
  EXPECT_EQ(items[0].time, 1100);
  EXPECT_EQ(world.last.report.updated_symbols, 0U);
  EXPECT_EQ(world.folded[trader], only(69));
  EXPECT_TRUE(world.cycle(5000).empty());
}

TEST(Gate, WhatIsNoLongerTrueDoesNotComeWhenTheCooldownEnds) {
  World world(1);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.cooldown_ms = 1000;
  const uint32_t trader = world.add(spec);
  for (const double price : {6.0, 1.0, 6.0, 1.0}) {
    world.tick(0, market::ticker_last, price);
    world.cycle(100);
  }
  EXPECT_TRUE(world.cycle(2000).empty());
  EXPECT_TRUE(world.folded[trader].empty());
  world.tick(0, market::ticker_last, 6);
  EXPECT_EQ(world.cycle(2001).size(), 1U);
}

TEST(Gate, AClockThatIsSetBackStartsTheCooldownAgain) {
  World world(1);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.cooldown_ms = 1000;
  const uint32_t trader = world.add(spec);
  for (const double price : {6.0, 1.0, 6.0}) {
    world.tick(0, market::ticker_last, price);
    world.cycle(50'000);
  }
  EXPECT_TRUE(world.cycle(10'000).empty());
  EXPECT_TRUE(world.cycle(10'999).empty());
  EXPECT_EQ(world.cycle(11'000).size(), 1U);
  EXPECT_EQ(world.folded[trader], only(0));
}

TEST(Gate, RefreshDecidesAtMostThatOftenAndMissesNothing) {
  World world(130);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.refresh_ms = 1000;
  const uint32_t trader = world.add(spec);
  world.cycle(0);
  world.tick(0, market::ticker_last, 6);
  EXPECT_TRUE(world.cycle(400).empty());
  world.tick(129, market::ticker_last, 6);
  EXPECT_TRUE(world.cycle(999).empty());
  EXPECT_EQ(world.last.report.filters_run, 0U);
  const std::vector<Item> items = world.cycle(1000);
  ASSERT_EQ(items.size(), 1U) << "nothing is dirty in this cycle";
  EXPECT_EQ(items[0].entered, (std::vector<uint32_t>{0, 129}));
  EXPECT_EQ(world.last.report.filters_run, 2U);
  // After a quiet time a change is decided at once, and the time counts from there.
  EXPECT_TRUE(world.cycle(3000).empty());
  world.tick(0, market::ticker_last, 1);
  EXPECT_EQ(world.cycle(3500).size(), 1U);
  world.tick(0, market::ticker_last, 6);
  EXPECT_TRUE(world.cycle(4499).empty());
  EXPECT_EQ(world.cycle(4500).size(), 1U);
  EXPECT_EQ(world.folded[trader].size(), 2U);
}

TEST(Gate, DisabledEverythingLeavesAndNothingIsComputedForIt) {
  World world(2);
  engine::TraderSpec spec = spec_of("rsi(3)@5m < 200 or last > 5");
  const size_t nodes_without = world.engine->scan().node_count();
  const size_t bytes_without = world.engine->arena().bytes_used();
  const uint32_t trader = world.add(spec);
  world.tick(1, market::ticker_last, 6);
  world.cycle(1);
  ASSERT_EQ(world.folded[trader], only(1));
  spec.enabled = false;
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  EXPECT_EQ(world.engine->scan().node_count(), nodes_without);
  const std::vector<Item> items = world.cycle(2);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].left, std::vector<uint32_t>{1});
  EXPECT_EQ(items[0].flags, 0);
  world.tick(0, market::ticker_last, 6);
  EXPECT_TRUE(world.cycle(3).empty());
  EXPECT_EQ(world.last.report.filters_run, 0U);
  spec.enabled = true;
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  ASSERT_EQ(world.cycle(4).size(), 1U) << "decided at once";
  EXPECT_EQ(world.folded[trader], (std::set<uint32_t>{0, 1}));
  ASSERT_FALSE(world.engine->remove_trader(trader));
  EXPECT_EQ(world.engine->scan().node_count(), nodes_without);
  EXPECT_EQ(world.engine->arena().bytes_used(), bytes_without);
}

TEST(Gate, AnUpdateGivesOneDeltaAgainstTheMatchesUntilThen) {
  World world(130);
  const uint32_t other = world.add("other", "last > 0", "1m", false);
  const uint32_t trader = world.add(spec_of("last > 5"));
  for (const uint32_t slot : {0U, 1U, 64U, 129U}) world.tick(slot, market::ticker_last, slot < 64 ? 6 : 3);
  world.close_kline(129, 0, flat(0, 1));
  world.close_kline(0, 0, flat(kMinute, 1));
  world.cycle(1);
  ASSERT_EQ(world.folded[trader], (std::set<uint32_t>{0, 1}));
  engine::TraderSpec spec = spec_of("close > 0");
  spec.on_close = true;
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  const std::vector<Item> items = world.cycle(2);
  ASSERT_EQ(items.size(), 1U) << "one delta, although the blocks' klines closed at different times";
  EXPECT_EQ(items[0].time, 2 * kMinute);
  EXPECT_EQ(items[0].flags, 0) << "no snapshot";
  EXPECT_EQ(items[0].trader, trader);
  EXPECT_EQ(world.folded[trader], (std::set<uint32_t>{0, 129})) << "what has no kline leaves";
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{129});
  EXPECT_EQ(items[0].left, std::vector<uint32_t>{1});
  EXPECT_EQ(world.folded[other].size(), 4U);
}

TEST(Gate, ABadUpdateLeavesTheTraderRunning) {
  World world(1);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.cooldown_ms = 1000;
  const uint32_t trader = world.add(spec);
  world.cycle(0);
  const size_t bytes = world.engine->arena().bytes_used();
  const size_t nodes = world.engine->scan().node_count();
  const auto refused = [&](auto&& change, ErrorCode code) {
    engine::TraderSpec bad = spec;
    change(bad);
    const auto ack = world.engine->update_trader(trader, bad);
    ASSERT_FALSE(ack.ok());
    EXPECT_EQ(ack.error().code, code);
  };
  refused([](auto& bad) { bad.filter = "lats > 5"; }, ErrorCode::E_NAME);
  refused([](auto& bad) { bad.column_names = bad.column_filters = {"rsi("}; }, ErrorCode::E_SYNTAX);
  refused([](auto& bad) { bad.interval = "2h"; }, ErrorCode::E_INTERVAL);
  refused([](auto& bad) { bad.cooldown_ms = -1; }, ErrorCode::E_CONFIG);
  refused([](auto& bad) { bad.cooldown_ms = std::nan(""); }, ErrorCode::E_CONFIG);
  refused([](auto& bad) { bad.refresh_ms = 1e15; }, ErrorCode::E_CONFIG);
  refused(
      [](auto& bad) {
        bad.on_close = true;
        bad.refresh_ms = 5;
      },
      ErrorCode::E_CONFIG);
  refused([](auto& bad) { bad.filter = "sma(close, 400) > 0 and sma(close, 700) > 0"; },
          ErrorCode::E_HISTORY);
  EXPECT_EQ(world.engine->arena().bytes_used(), bytes);
  EXPECT_EQ(world.engine->scan().node_count(), nodes);
  world.tick(0, market::ticker_last, 6);
  EXPECT_EQ(world.cycle(1).size(), 1U);
  EXPECT_FALSE(world.engine->update_trader(trader + 1, spec).ok());
}

TEST(Gate, AnUpdateKeepsTheCooldownAndDecidesAtOnceDespiteARefreshTime) {
  World world(1);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.cooldown_ms = 1000;
  const uint32_t trader = world.add(spec);
  for (const double price : {6.0, 1.0}) {
    world.tick(0, market::ticker_last, price);
    world.cycle(100);
  }
  spec.filter = "last < 5";
  spec.refresh_ms = 10'000;
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  EXPECT_TRUE(world.cycle(200).empty()) << "true, and within the cooldown from entering";
  spec.refresh_ms = 0;
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  EXPECT_TRUE(world.cycle(300).empty());
  EXPECT_EQ(world.cycle(1100).size(), 1U);
}

TEST(Gate, ALargeSnapshotComesInPages) {
  World world(2500);
  const uint32_t trader = world.add(spec_of("last > 5"));
  for (uint32_t slot = 0; slot < 2500; ++slot) world.tick(slot, market::ticker_last, 6);
  std::vector<Item> items = world.cycle(1);
  ASSERT_EQ(items.size(), 3U) << "a trader's first delta is a snapshot";
  EXPECT_EQ(items[0].flags, kDeltaSnapshot | kDeltaMore);
  EXPECT_EQ(items[1].flags, kDeltaSnapshot | kDeltaMore);
  EXPECT_EQ(items[2].flags, kDeltaSnapshot);
  EXPECT_EQ(items[1].entered.size(), 1024U);
  EXPECT_EQ(items[2].entered.size(), 2500U - 2048U);
  EXPECT_EQ(world.folded[trader].size(), 2500U);
  ASSERT_FALSE(world.engine->request_snapshot(trader));
  items = world.cycle(2);
  EXPECT_EQ(items.size(), 3U);
  EXPECT_EQ(world.folded[trader].size(), 2500U);
}

// What a removed symbol leaves and what others decide in the same block are one change of it.
TEST(Gate, ARemovedSymbolLeavesWithWhatIsDecidedInItsCycle) {
  World world(130);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.column_names = spec.column_filters = {"last"};
  const uint32_t trader = world.add(spec);
  for (const uint32_t slot : {0U, 2U, 4U, 70U}) world.tick(slot, market::ticker_last, 6);
  world.cycle(0);
  for (const uint32_t slot : {2U, 70U}) ASSERT_FALSE(world.engine->remove_symbol(slot));
  for (const uint32_t slot : {1U, 3U, 65U}) world.tick(slot, market::ticker_last, 10 + slot);
  world.tick(4, market::ticker_last, 4);
  const std::vector<Item> items = world.cycle(1);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].entered, (std::vector<uint32_t>{1, 3, 65}));
  EXPECT_EQ(items[0].values, (std::vector<double>{11, 13, 75}));
  EXPECT_EQ(items[0].left, (std::vector<uint32_t>{2, 4, 70}));
  EXPECT_EQ(world.folded[trader], (std::set<uint32_t>{0, 1, 3, 65}));
}

TEST(Gate, ALargeChangeSetIsScannedInSlicesAndIsOneCycleToATrader) {
  World world(320);
  ASSERT_FALSE(world.engine->set_batch_symbols(100));
  engine::TraderSpec spec = spec_of("last > 5");
  spec.refresh_ms = 1000;
  const uint32_t refreshed = world.add(spec);
  spec = spec_of("last > 5");
  spec.id = "u";
  const uint32_t plain = world.add(spec);
  world.cycle(0);
  ASSERT_FALSE(world.last.report.pending) << "a new trader's first decision is not cut";
  for (uint32_t slot = 0; slot < 320; ++slot) world.tick(slot, market::ticker_last, 6);
  world.slice(1000, Start::go_on);
  EXPECT_TRUE(world.last.report.pending);
  EXPECT_EQ(world.last.report.updated_symbols, 64U) << "whole blocks, and not more than 100 symbols";
  EXPECT_EQ(world.folded[plain].size(), 64U);
  uint32_t slices = 1;
  while (world.last.report.pending) {
    world.slice(1001, Start::go_on);
    ++slices;
  }
  EXPECT_EQ(slices, 5U);
  EXPECT_EQ(world.folded[plain].size(), 320U);
  EXPECT_EQ(world.folded[refreshed].size(), 320U) << "the trader was due when the cycle began";
  EXPECT_EQ(world.engine->scan().unscanned(), 0U);
  world.tick(0, market::ticker_last, 1);
  world.slice(1999, Start::go_on);
  EXPECT_EQ(world.folded[refreshed].size(), 320U) << "its decision counts from the cycle's begin";
  world.slice(2000, Start::go_on);
  EXPECT_EQ(world.folded[refreshed].size(), 319U);
}

TEST(Gate, WhatASliceLeftIsInTheNextChangeSetWhateverComesBetween) {
  World world(320);
  ASSERT_FALSE(world.engine->set_batch_symbols(64));
  const uint32_t trader = world.add(spec_of("last > 5"));
  world.cycle(0);
  for (uint32_t round = 0; round < 5; ++round) {
    for (uint32_t slot = 0; slot < 320; ++slot) world.tick(slot, market::ticker_last, round % 2 == 0 ? 6 : 1);
    world.slice(1, Start::go_on);
    ASSERT_TRUE(world.last.report.pending);
    engine::TraderSpec other = spec_of("last > 7");
    other.id = "other";
    std::vector<double> values;
    if (round == 1) world.add(other);
    EXPECT_TRUE(round != 2 || !world.engine->evaluate("last", "1m", {}, &values));
    if (round == 3) world.engine->set_tracking(false);
    EXPECT_TRUE(round != 4 || world.engine->update_trader(trader, spec_of("last > 4")).ok());
    world.cycle(2);
    EXPECT_EQ(world.folded[trader].size(), round % 2 == 0 ? 320U : 0U);
    EXPECT_EQ(world.engine->scan().unscanned(), 0U);
    world.engine->set_tracking(true);
  }
}

TEST(Gate, ASnapshotThatIsWantedBetweenSlicesComesWithTheNextOne) {
  World world(320);
  ASSERT_FALSE(world.engine->set_batch_symbols(64));
  const uint32_t trader = world.add(spec_of("last > 5"));
  world.cycle(0);
  for (uint32_t slot = 0; slot < 320; ++slot) world.tick(slot, market::ticker_last, 6);
  world.slice(1, Start::go_on);
  ASSERT_TRUE(world.last.report.pending);
  ASSERT_FALSE(world.engine->request_snapshot(trader));
  const std::vector<Item> items = world.slice(1, Start::go_on);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].flags, kDeltaSnapshot);
  EXPECT_EQ(items[1].entered.size(), 128U) << "what has been scanned until then";
  EXPECT_EQ(world.slice(1, Start::go_on).size(), 1U) << "and once";
}

TEST(Gate, WhatATraderRemembersGoesOnInAnotherEngine) {
  engine::TraderSpec spec = spec_of("last > 5");
  spec.cooldown_ms = 1000;
  World first(70);
  const uint32_t before = first.add(spec);
  for (const double price : {6.0, 1.0}) {
    first.tick(69, market::ticker_last, price);
    first.tick(3, market::ticker_last, 6);
    first.cycle(100);
  }
  const TraderMemory memory = first.engine->trader_memory(before).value();
  EXPECT_EQ(memory.matches, std::vector<uint32_t>{3});
  EXPECT_EQ(memory.entered_ms[69], 100);
  EXPECT_TRUE(memory.decided_up_to.empty());

  World second(70);
  const uint32_t trader = second.add(spec);
  ASSERT_FALSE(second.engine->restore_trader(trader, memory));
  second.folded[trader] = only(3);
  second.tick(69, market::ticker_last, 7);
  second.tick(4, market::ticker_last, 7);
  const std::vector<Item> items = second.cycle(500);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].flags, 0) << "changes, no snapshot";
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{4}) << "69 is within its cooldown";
  EXPECT_EQ(items[0].left, std::vector<uint32_t>{3});
  EXPECT_EQ(second.last.report.sizes.full_entries, 1U);
  second.cycle(1100);
  EXPECT_EQ(second.folded[trader], (std::set<uint32_t>{4, 69}));
  TraderMemory wrong = memory;
  wrong.matches = {70};
  EXPECT_TRUE(second.engine->restore_trader(trader, wrong));
  EXPECT_EQ(second.folded[trader].size(), 2U);
}

TEST(Gate, SizesSayWhatFullResultsWouldHaveBeen) {
  World world(100);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.column_names = spec.column_filters = {"last", "bid"};
  const uint32_t trader = world.add(spec);
  for (uint32_t slot = 0; slot < 90; ++slot) world.tick(slot, market::ticker_last, 6);
  world.cycle(0);
  DeltaSizes sizes = world.last.report.sizes;
  EXPECT_EQ(sizes.delta_entries, 90U);
  EXPECT_EQ(sizes.full_entries, 90U);
  EXPECT_EQ(sizes.delta_bytes, sizes.full_bytes) << "the first delta is the full result";
  world.tick(0, market::ticker_last, 1);
  world.cycle(1);
  sizes = world.last.report.sizes;
  EXPECT_EQ(sizes.delta_entries, 1U);
  EXPECT_EQ(sizes.full_entries, 89U);
  EXPECT_EQ(sizes.full_bytes, 32U + 2U * 20U + 89U * 16U);
  EXPECT_EQ(sizes.delta_bytes, 32U + 20U);
  spec.column_names = spec.column_filters = {};
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  world.cycle(2);
  EXPECT_EQ(world.last.report.sizes.full_bytes, 32U + 2U * 20U);
  ASSERT_FALSE(world.engine->remove_trader(trader));
  world.cycle(3);
  EXPECT_EQ(world.last.report.sizes.full_bytes, 0U);
  EXPECT_EQ(world.last.report.sizes.full_entries, 0U);
}

// The symbol's leaving has not been packed when its trader goes or has other columns.
TEST(Gate, SizesForgetWhatARemovedSymbolMatchedWhateverComesBeforeTheNextCycle) {
  World world(70);
  engine::TraderSpec spec = spec_of("last > 5");
  spec.column_names = spec.column_filters = {"last", "bid"};
  const uint32_t trader = world.add(spec);
  for (const uint32_t slot : {0U, 1U, 64U}) world.tick(slot, market::ticker_last, 6);
  world.cycle(0);
  ASSERT_FALSE(world.engine->remove_symbol(64));
  spec.column_names = spec.column_filters = {};
  ASSERT_TRUE(world.engine->update_trader(trader, spec).ok());
  world.cycle(1);
  EXPECT_EQ(world.last.report.sizes.full_entries, 2U);
  EXPECT_EQ(world.last.report.sizes.full_bytes, 32U + 20U);
  ASSERT_FALSE(world.engine->remove_symbol(1));
  ASSERT_FALSE(world.engine->remove_trader(trader));
  world.cycle(2);
  EXPECT_EQ(world.last.report.sizes.full_entries, 0U);
  EXPECT_EQ(world.last.report.sizes.full_bytes, 0U);
}

}  // namespace
}  // namespace tickscan::scan::testing
