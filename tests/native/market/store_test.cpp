// The store's first state, and that records of boundary symbols are theirs alone.
#include "market/store.h"

#include <gtest/gtest.h>

#include <cmath>

#include "market/fixture.h"

namespace tickscan::market {
namespace {

TEST(Store, StartsEmptyAndUnknown) {
  const Market market(65, 3, {"1m", "5m"});
  const Store& store = market.store();
  EXPECT_EQ(store.header().magic, kMagic);
  EXPECT_EQ(store.header().version, kLayoutVersion);
  EXPECT_EQ(store.header().region_bytes, market.layout().bytes);
  EXPECT_EQ(store.blocks(), 2U);
  for (uint32_t slot = 0; slot < 65; ++slot) {
    EXPECT_EQ(store.symbol(slot).state, 0);
    EXPECT_TRUE(std::isnan(store.ticker(slot).slots[0][ticker_last]));
    EXPECT_EQ(store.ticker(slot).box.owner, 0);
    EXPECT_EQ(store.ring(slot, 1).count(), 0U);
    EXPECT_TRUE(std::isnan(store.series(slot, 1).slots[2][kline_volume]));
  }
  EXPECT_TRUE(store.tracker().set_idle()) << "nothing is marked";
}

// Fills every record of every symbol with numbers of its own, then reads all of them back.
TEST(Store, RecordsOfAllSymbolsAndIntervalsAreApart) {
  const Market market(200, 2, {"1m", "5m", "1h"});
  const Store& store = market.store();
  const auto number = [](uint32_t slot, uint32_t interval) { return slot * 10.0 + interval; };
  Writer writer = market.writer();
  for (uint32_t slot = 0; slot < 200; ++slot) {
    double fields[kTickerFields];
    for (double& field : fields) field = number(slot, 9);
    ASSERT_EQ(writer.update_ticker(slot, fields), WriteResult::written);
    for (uint32_t i = 0; i < 3; ++i) {
      for (const double minute : {0.0, 60.0, 120.0}) {
        ASSERT_EQ(writer.update_kline(slot, i, kline_at(minute, number(slot, i)), true),
                  WriteResult::written);
      }
      ASSERT_EQ(writer.update_kline(slot, i, kline_at(180, number(slot, i)), false), WriteResult::written);
    }
  }
  for (uint32_t slot = 0; slot < 200; ++slot) {
    const int32_t ticker_slot = store.ticker(slot).box.take(MailboxHeader::kInitialReader);
    for (const double field : store.ticker(slot).slots[ticker_slot]) ASSERT_EQ(field, number(slot, 9));
    for (uint32_t i = 0; i < 3; ++i) {
      const auto value = std::to_string(static_cast<int>(number(slot, i)));
      ASSERT_EQ(contents(store, slot, i), "60:" + value + " 120:" + value);
      const int32_t live = store.series(slot, i).box.take(MailboxHeader::kInitialReader);
      ASSERT_EQ(store.series(slot, i).slots[live][kline_open], number(slot, i));
    }
  }
}

TEST(Store, BoundarySymbolsOfTheLargestStoreAreMarkedAlone) {
  const Market market(kMaxSymbols, 1, {"1m", "1h"});
  Writer writer = market.writer();
  for (const uint32_t slot : {0U, 31U, 32U, 63U, 64U, 199U, 8191U}) {
    ASSERT_EQ(writer.update_kline(slot, 1, kline_at(1), true), WriteResult::written);
    EXPECT_TRUE(is_dirty(market.store(), 2, slot));
    ASSERT_EQ(writer.update_kline(slot, 0, kline_at(1), false), WriteResult::written);
    EXPECT_TRUE(is_dirty(market.store(), 1, slot));
    EXPECT_EQ(contents(market.store(), slot, 1), "1:1");
    EXPECT_FALSE(is_dirty(market.store(), 2, slot));
  }
}

}  // namespace
}  // namespace tickscan::market
