// A condition that one decision alone reads is computed where it is decided and kept nowhere. Whoever reads it later gets
// it computed for every symbol, also for those that have not changed since.
#include <gtest/gtest.h>

#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

constexpr uint32_t kSymbols = 130;
const char* const kFilter = "last > 10 and bid < 5";

// Symbols below `end` match, and the last cycle in which anything changed was two cycles ago.
World matching(uint32_t end, std::vector<uint32_t>* right) {
  World world(kSymbols);
  world.add("first", kFilter, "1m", false);
  for (uint32_t slot = 0; slot < kSymbols; ++slot) {
    world.tick(slot, market::ticker_last, slot < end ? 11 : 9);
    world.tick(slot, market::ticker_bid, 4);
    if (slot < end) right->push_back(slot);
  }
  world.cycle(1);
  world.cycle(2);
  return world;
}

std::vector<uint32_t> entered(const std::vector<Item>& items, uint32_t trader) {
  for (const Item& item : items) {
    if (item.trader == trader) return item.entered;
  }
  return {};
}

TEST(Decided, ASecondTraderOfTheSameFilterMatchesTheSame) {
  std::vector<uint32_t> right;
  World world = matching(70, &right);
  // Since the first trader came, what matches has changed: nothing that was computed then says it.
  const uint32_t second = world.add("second", kFilter, "1m", false);
  EXPECT_EQ(entered(world.cycle(3), second), right);
}

TEST(Decided, ALargerFilterReadsItToo) {
  std::vector<uint32_t> right;
  World world = matching(70, &right);
  const uint32_t other = world.add("other", std::string("not (") + kFilter + ")", "1m", false);
  const std::vector<uint32_t> others = entered(world.cycle(3), other);
  ASSERT_EQ(others.size(), kSymbols - right.size());
  EXPECT_EQ(others.front(), 70U);
}

TEST(Decided, EvaluateGivesItForEverySymbol) {
  std::vector<uint32_t> right;
  World world = matching(70, &right);
  for (int times = 0; times < 2; ++times) {
    std::vector<double> values;
    ASSERT_FALSE(world.engine->evaluate(kFilter, "1m", {}, &values));
    for (uint32_t slot = 0; slot < kSymbols; ++slot) EXPECT_EQ(values[slot], slot < 70 ? 1.0 : 0.0) << slot;
  }
}

TEST(Decided, AGateAndAColumnReadIt) {
  std::vector<uint32_t> right;
  World world = matching(70, &right);
  engine::TraderSpec spec;
  spec.id = "first";
  spec.filter = kFilter;
  spec.interval = "1m";
  spec.on_close = false;
  spec.cooldown_ms = 60'000;
  ASSERT_TRUE(world.engine->update_trader(0, spec).ok());
  EXPECT_TRUE(world.cycle(3).empty()) << "it matches what it matched";
  spec.cooldown_ms = 0;
  spec.column_names = spec.column_filters = {kFilter};
  ASSERT_TRUE(world.engine->update_trader(0, spec).ok());
  world.cycle(4);
  world.tick(100, market::ticker_last, 11);
  const std::vector<Item> items = world.cycle(5);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{100});
  EXPECT_EQ(items[0].values, std::vector<double>{1});
}

TEST(Decided, EitherAndNotAreDecidedToo) {
  World world(kSymbols);
  const uint32_t either = world.add("either", "last > 10 or bid < 5", "1m", false);
  const uint32_t neither = world.add("not", "not (last > 10)", "1m", false);
  world.cycle(0);
  world.tick(0, market::ticker_last, 11);
  world.tick(1, market::ticker_last, 9);
  world.tick(2, market::ticker_bid, 4);
  world.tick(65, market::ticker_bid, 6);
  world.cycle(1);
  EXPECT_EQ(world.folded[either], (std::set<uint32_t>{0, 2}));
  EXPECT_EQ(world.folded[neither], std::set<uint32_t>{1}) << "what is unknown is not false";
}

// Up to four terms are decided at once, whichever side of the tree they stand on; what is more is a term itself.
TEST(Decided, ChainsOfTermsAreWhatTheirTreesAre) {
  struct Row {
    const char* filter;
    bool (*truth)(uint32_t slot);
  };
  const auto a = [](uint32_t slot) { return slot % 2 == 0; };
  const auto b = [](uint32_t slot) { return slot % 3 == 0; };
  const auto c = [](uint32_t slot) { return slot % 5 == 0; };
  const auto d = [](uint32_t slot) { return slot % 7 == 0; };
  static const auto at = [=](uint32_t slot, int which) {
    return which == 0 ? a(slot) : which == 1 ? b(slot) : which == 2 ? c(slot) : d(slot);
  };
  const Row rows[] = {
      {"last > 1 and bid > 1 and ask > 1", [](uint32_t s) { return at(s, 0) && at(s, 1) && at(s, 2); }},
      {"last > 1 and (bid > 1 and ask > 1)", [](uint32_t s) { return at(s, 0) && at(s, 1) && at(s, 2); }},
      {"last > 1 or bid > 1 or ask > 1", [](uint32_t s) { return at(s, 0) || at(s, 1) || at(s, 2); }},
      {"(last > 1 and bid > 1) and (ask > 1 and volume_24h > 1)",
       [](uint32_t s) { return at(s, 0) && at(s, 1) && at(s, 2) && at(s, 3); }},
      {"last > 1 or bid > 1 or ask > 1 or volume_24h > 1",
       [](uint32_t s) { return at(s, 0) || at(s, 1) || at(s, 2) || at(s, 3); }},
      {"last > 1 and not (bid > 1) and not (ask > 1)",
       [](uint32_t s) { return at(s, 0) && !at(s, 1) && !at(s, 2); }},
      {"not (last > 1) or not (bid > 1)", [](uint32_t s) { return !at(s, 0) || !at(s, 1); }},
      {"not (last > 1 and bid > 1)", [](uint32_t s) { return !(at(s, 0) && at(s, 1)); }},
      {"not not (last > 1)", [](uint32_t s) { return at(s, 0); }},
      {"(last > 1 or bid > 1) and (ask > 1 or volume_24h > 1)",
       [](uint32_t s) { return (at(s, 0) || at(s, 1)) && (at(s, 2) || at(s, 3)); }},
      {"last > 1 and bid > 1 or ask > 1 and volume_24h > 1",
       [](uint32_t s) { return (at(s, 0) && at(s, 1)) || (at(s, 2) && at(s, 3)); }},
      {"bid > 1 and bid > 1 and last > 1", [](uint32_t s) { return at(s, 0) && at(s, 1); }},
      {"(last > 1 and bid > 1) and (ask > 1 and volume_24h > 1) and (last > 0 and bid > 0)",
       [](uint32_t s) { return at(s, 0) && at(s, 1) && at(s, 2) && at(s, 3); }},
      {"last > 1 or (bid > 1 or (ask > 1 or (volume_24h > 1 or last < 0.1)))",
       [](uint32_t s) { return at(s, 0) || at(s, 1) || at(s, 2) || at(s, 3); }},
  };
  const uint32_t fields[] = {market::ticker_last, market::ticker_bid, market::ticker_ask,
                             market::ticker_volume_24h};
  // Each by itself, and all together, where filters share parts that are then no decision's alone.
  for (const bool together : {false, true}) {
    World all(kSymbols);
    std::vector<uint32_t> traders;
    for (const Row& row : rows) {
      if (together) traders.push_back(all.add(row.filter, row.filter, "1m", false));
    }
    for (size_t i = 0; i < std::size(rows); ++i) {
      World one(kSymbols);
      World& world = together ? all : one;
      const uint32_t trader = together ? traders[i] : world.add("t", rows[i].filter, "1m", false);
      // Unknown before, and then everything false.
      world.cycle(1);
      for (uint32_t slot = 0; slot < kSymbols; ++slot) {
        for (const uint32_t field : fields) world.tick(slot, field, 0.5);
      }
      world.cycle(2);
      std::set<uint32_t> right;
      for (uint32_t slot = 0; slot < kSymbols; ++slot) {
        for (int which = 0; which < 4; ++which) world.tick(slot, fields[which], at(slot, which) ? 2 : 0.5);
        if (rows[i].truth(slot)) right.insert(slot);
      }
      world.cycle(3);
      EXPECT_EQ(world.folded[trader], right) << rows[i].filter << (together ? ", with others" : "");
    }
  }
}

TEST(Decided, APartThatAnotherTraderReadsLaterIsComputedForEverySymbol) {
  World world(kSymbols);
  world.add("three", "last > 10 and bid < 5 and ask > 1", "1m", false);
  for (uint32_t slot = 0; slot < kSymbols; ++slot) {
    world.tick(slot, market::ticker_last, slot % 2 == 0 ? 11 : 9);
    world.tick(slot, market::ticker_bid, 4);
    world.tick(slot, market::ticker_ask, 0);
  }
  world.cycle(1);
  world.cycle(2);
  const uint32_t part = world.add("part", "not (last > 10 and bid < 5)", "1m", false);
  EXPECT_EQ(entered(world.cycle(3), part).size(), kSymbols / 2);
  // And a part of it again when that trader has gone.
  ASSERT_FALSE(world.engine->remove_trader(part));
  world.folded.erase(part);
  world.tick(0, market::ticker_ask, 2);
  world.tick(1, market::ticker_ask, 2);
  world.cycle(4);
  EXPECT_EQ(world.folded[0], std::set<uint32_t>{0});
}

// While something else reads `last > 10 and bid < 5`, the other side is taken apart one step further and is kept nowhere.
TEST(Decided, APartThatIsKeptAgainAfterAnEvaluationIsComputedForEverySymbol) {
  const char* const part = "last > 10 and bid < 5";
  World world(kSymbols);
  const uint32_t whole =
      world.add("whole", "(last > 10 and bid < 5) and (close > 5 and high > 5 and volume > 5)", "1m", false);
  const uint32_t other = world.add("other", part, "1m", false);
  for (uint32_t slot = 0; slot < kSymbols; ++slot) {
    world.tick(slot, market::ticker_last, 11);
    world.tick(slot, market::ticker_bid, 4);
    world.live_kline(slot, 0, kline(0, 6, 6, 6, 6, 6));
  }
  world.cycle(1);
  ASSERT_EQ(world.folded[whole].size(), kSymbols);
  ASSERT_FALSE(world.engine->remove_trader(other));
  world.folded.erase(other);
  std::vector<double> values;
  ASSERT_FALSE(world.engine->evaluate(part, "1m", {}, &values));
  for (uint32_t slot = 0; slot < kSymbols; ++slot) world.tick(slot, market::ticker_last, 12);
  world.cycle(2);
  EXPECT_EQ(world.folded[whole].size(), kSymbols);
}

TEST(Decided, WhatACloseDecidesIsComputedForWhoeverReadsItLive) {
  World world(kSymbols);
  world.add("close", "close > 10 and open > 5", "1m", true);
  const uint32_t live = world.add("live", "not (close > 10 and open > 5)", "1m", false);
  world.live_kline(0, 0, kline(0, 6, 12, 6, 11, 1));
  world.live_kline(100, 0, kline(0, 6, 12, 6, 9, 1));
  world.cycle(1);
  EXPECT_EQ(world.folded[live], std::set<uint32_t>{100});
  world.live_kline(0, 0, kline(0, 6, 12, 6, 9, 1));
  world.cycle(2);
  EXPECT_EQ(world.folded[live], (std::set<uint32_t>{0, 100}));
}

// What a trader that is off had as its last step may be anything in the graph by now.
TEST(Decided, ATraderThatIsOffDecidesNothing) {
  World world(kSymbols);
  const uint32_t off = world.add("off", kFilter, "1m", false);
  // The comparisons stay, so that the `or` takes the place of the `and`.
  world.add("last", "last > 10", "1m", false);
  world.add("bid", "bid < 5", "1m", false);
  world.cycle(0);
  engine::TraderSpec spec;
  spec.id = "off";
  spec.filter = kFilter;
  spec.interval = "1m";
  spec.on_close = false;
  spec.enabled = false;
  ASSERT_TRUE(world.engine->update_trader(off, spec).ok());
  const uint32_t neither = world.add("neither", "not (last > 10 or bid < 5)", "1m", false);
  for (const uint32_t slot : {0U, 64U, 129U}) {
    world.tick(slot, market::ticker_last, slot == 64 ? 11 : 9);
    world.tick(slot, market::ticker_bid, 6);
  }
  world.cycle(1);
  EXPECT_EQ(world.folded[neither], (std::set<uint32_t>{0, 129}));
}

// Blocks are looked at 64 at a time, and an engine may have more.
TEST(Decided, InAnEngineOf128BlocksEachIsDecidedInItsDueLanes) {
  constexpr uint32_t kBlocks = 128;
  World world(kBlocks * kLanes, 4);
  const uint32_t trader = world.add("t", kFilter, "1m", false);
  for (uint32_t slot = 0; slot < kBlocks * kLanes; ++slot) world.tick(slot, market::ticker_bid, 4);
  world.cycle(0);
  std::set<uint32_t> right;
  for (uint32_t block = 0; block < kBlocks; ++block) {
    const uint32_t slot = block * kLanes + block / 2;
    world.tick(slot, market::ticker_last, 11);
    right.insert(slot);
  }
  world.cycle(1);
  EXPECT_EQ(world.folded[trader], right);
}

}  // namespace
}  // namespace tickscan::scan::testing
