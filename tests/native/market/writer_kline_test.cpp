// Klines through the C++ writer: the rules of DESIGN's "gaps and late data", one test each. The property
// test next to this file runs them in any order against a std::map.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "market/fixture.h"

namespace tickscan::market {
namespace {

class WriterKline : public testing::Test {
 protected:
  WriterKline() : market_(70, 4, {"1m", "1h"}), writer_(market_.writer(0)) {}

  WriteResult close(double minute, double value = 1) {
    return writer_.update_kline(kSlot, 0, kline_at(minute, value), true);
  }
  WriteResult live(double minute, double value = 1) {
    return writer_.update_kline(kSlot, 0, kline_at(minute, value), false);
  }
  WriteResult load(std::vector<Kline> klines) { return writer_.load_history(kSlot, 0, klines); }
  [[nodiscard]] std::string ring() const { return contents(market_.store(), kSlot); }
  [[nodiscard]] std::string counts() const { return counters(market_.store(), kSlot); }
  SeriesRecord& record() { return market_.store().series(kSlot, 0); }
  bool dirty() { return is_dirty(market_.store(), 1, kSlot); }

  static constexpr uint32_t kSlot = 64;
  Market market_;
  Writer writer_;
};

TEST_F(WriterKline, ClosedOnesAreAppendedAndMarked) {
  for (int minute = 0; minute < 6; ++minute) {
    EXPECT_EQ(close(minute, minute), WriteResult::written);
    EXPECT_TRUE(dirty());
  }
  EXPECT_EQ(ring(), "2:2 3:3 4:4 5:5");
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 0 dropped 0 corrections 0");
  EXPECT_EQ(record().revision, 0);
}

TEST_F(WriterKline, ALiveOneMayChangeOftenAndIsThenClosed) {
  close(0);
  for (int value = 1; value <= 3; ++value) EXPECT_EQ(live(1, value), WriteResult::written);
  EXPECT_TRUE(dirty());
  EXPECT_EQ(close(1, 4), WriteResult::written);
  EXPECT_EQ(live(2), WriteResult::written);
  EXPECT_EQ(ring(), "0:1 1:4");
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 0 dropped 0 corrections 0");
}

TEST_F(WriterKline, AMissingOneIsAGapAndNothingIsInvented) {
  close(0);
  close(3);
  EXPECT_EQ(ring(), "0:1 3:1");
  EXPECT_EQ(counts(), "gaps 2 late 0 duplicates 0 dropped 0 corrections 0");
}

TEST_F(WriterKline, AGapLeavesTheCountWithTheKlineBeforeIt) {
  for (const int minute : {0, 3, 4, 5}) close(minute);
  EXPECT_EQ(record().gaps, 2);
  close(6);
  EXPECT_EQ(ring(), "3:1 4:1 5:1 6:1");
  EXPECT_EQ(record().gaps, 0) << "the ring has none any more";
}

TEST_F(WriterKline, AGapLongerThanACounterIsAsMuchAsFits) {
  close(0);
  EXPECT_EQ(writer_.update_kline(kSlot, 0, {{1e300, 1, 1, 1, 1, 1}}, true), WriteResult::written);
  EXPECT_EQ(record().gaps, std::numeric_limits<int32_t>::max());
  EXPECT_EQ(writer_.update_kline(kSlot, 0, {{1.5e300, 1, 1, 1, 1, 1}}, true), WriteResult::written);
  EXPECT_EQ(record().gaps, std::numeric_limits<int32_t>::max());
}

TEST_F(WriterKline, ALaterOneFillsTheGap) {
  for (const int minute : {0, 1, 4}) close(minute, minute);
  dirty();
  EXPECT_EQ(close(2, 2), WriteResult::written);
  EXPECT_EQ(ring(), "0:0 1:1 2:2 4:4");
  EXPECT_EQ(record().gaps, 1);
  EXPECT_EQ(record().revision, 2) << "what was read before must be read again";
  EXPECT_TRUE(dirty());
  EXPECT_EQ(close(3, 3), WriteResult::written);
  EXPECT_EQ(ring(), "1:1 2:2 3:3 4:4") << "the oldest makes room";
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 0 dropped 0 corrections 0");
}

TEST_F(WriterKline, AnEqualOneIsADuplicateAndChangesNothing) {
  close(0);
  close(1);
  dirty();
  const int32_t version = record().box.version;
  EXPECT_EQ(close(0), WriteResult::duplicate);
  EXPECT_EQ(close(1), WriteResult::duplicate);
  EXPECT_FALSE(dirty());
  EXPECT_EQ(record().box.version, version);
  EXPECT_EQ(record().revision, 0);
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 2 dropped 0 corrections 0");
}

TEST_F(WriterKline, AnotherOneAtAKnownTimeIsACorrection) {
  for (int minute = 0; minute < 3; ++minute) close(minute);
  dirty();
  EXPECT_EQ(close(1, 9), WriteResult::written);
  EXPECT_EQ(close(2, 8), WriteResult::written);
  EXPECT_EQ(ring(), "0:1 1:9 2:8");
  EXPECT_EQ(record().revision, 4);
  EXPECT_TRUE(dirty());
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 0 dropped 0 corrections 2");
}

TEST_F(WriterKline, OneThatIsOlderThanTheRingIsStale) {
  for (int minute = 5; minute < 11; ++minute) close(minute);
  dirty();
  EXPECT_EQ(close(6), WriteResult::stale);
  EXPECT_EQ(close(-100), WriteResult::stale);
  EXPECT_FALSE(dirty());
  EXPECT_EQ(ring(), "7:1 8:1 9:1 10:1");
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 0 dropped 0 corrections 0");
}

TEST_F(WriterKline, AnUnclosedOneAtAClosedOrOlderTimeIsLate) {
  close(5);
  live(6);
  dirty();
  EXPECT_EQ(live(5), WriteResult::late);
  EXPECT_EQ(live(4), WriteResult::late);
  live(7);
  dirty();
  EXPECT_EQ(live(6), WriteResult::late) << "older than the live one";
  EXPECT_FALSE(dirty());
  EXPECT_EQ(counts(), "gaps 0 late 3 duplicates 0 dropped 1 corrections 0");
}

TEST_F(WriterKline, ALiveOneThatIsNeverClosedIsDroppedAndLeavesAGap) {
  close(0);
  live(1);
  EXPECT_EQ(live(2), WriteResult::written);
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 0 dropped 1 corrections 0");
  close(3);
  EXPECT_EQ(counts(), "gaps 2 late 0 duplicates 0 dropped 2 corrections 0");
  EXPECT_EQ(ring(), "0:1 3:1");
}

TEST_F(WriterKline, InvalidValuesLeaveTheSeriesAsItWas) {
  close(0);
  live(1, 5);
  dirty();
  const int32_t version = record().box.version;
  for (uint32_t field = 0; field < kKlineFields; ++field) {
    for (const double bad : {kUnknown, HUGE_VAL, -HUGE_VAL}) {
      Kline kline = kline_at(2);
      kline.fields[field] = bad;
      for (const bool closed : {false, true}) {
        EXPECT_EQ(writer_.update_kline(kSlot, 0, kline, closed), WriteResult::invalid);
      }
      EXPECT_EQ(load({kline_at(2), kline}), WriteResult::invalid);
    }
  }
  Kline negative_volume = kline_at(2);
  negative_volume.fields[kline_volume] = -1;
  Kline high_below_low = kline_at(2);
  high_below_low.fields[kline_high] = high_below_low.fields[kline_low] - 1;
  for (const Kline& kline : {negative_volume, high_below_low}) {
    EXPECT_EQ(writer_.update_kline(kSlot, 0, kline, true), WriteResult::invalid);
  }
  EXPECT_FALSE(dirty());
  EXPECT_EQ(record().box.version, version);
  EXPECT_EQ(ring(), "0:1");
  EXPECT_EQ(counts(), "gaps 0 late 0 duplicates 0 dropped 0 corrections 0");
}

TEST_F(WriterKline, HasOneOwnerUntilItIsReleased) {
  Writer other = market_.writer(1);
  live(0);
  EXPECT_EQ(other.update_kline(kSlot, 0, kline_at(0), true), WriteResult::owned);
  EXPECT_EQ(other.load_history(kSlot, 0, {}), WriteResult::owned);
  EXPECT_EQ(other.update_kline(kSlot, 1, kline_at(0), true), WriteResult::written) << "another series";
  writer_.release_series(kSlot, 0);
  EXPECT_EQ(other.update_kline(kSlot, 0, kline_at(0), true), WriteResult::written);
  EXPECT_EQ(close(1), WriteResult::owned);
  EXPECT_EQ(ring(), "0:1");
}

TEST_F(WriterKline, AWriterThatDiedInARewriteIsRepairedByTheNextOne) {
  close(0);
  record().revision.store(7);
  EXPECT_EQ(close(0, 3), WriteResult::written);
  EXPECT_EQ(record().revision, 10) << "even again, and not what it was";
  EXPECT_EQ(ring(), "0:3");
}

TEST_F(WriterKline, ARingOfOneKline) {
  const Market market(1, 1);
  Writer writer = market.writer();
  for (const int minute : {0, 5, 6}) {
    EXPECT_EQ(writer.update_kline(0, 0, kline_at(minute, minute), true), WriteResult::written);
    EXPECT_EQ(contents(market.store(), 0), std::to_string(minute) + ":" + std::to_string(minute));
  }
  EXPECT_EQ(writer.update_kline(0, 0, kline_at(6, 2), true), WriteResult::written);
  EXPECT_EQ(writer.update_kline(0, 0, kline_at(5, 2), true), WriteResult::stale);
  EXPECT_EQ(contents(market.store(), 0), "6:2");
  EXPECT_EQ(counters(market.store(), 0), "gaps 0 late 0 duplicates 0 dropped 0 corrections 1");
}

TEST_F(WriterKline, HistoryIsMergedAndTheLoadedValuesWin) {
  for (const int minute : {2, 3, 5}) close(minute, 1);
  dirty();
  EXPECT_EQ(load({kline_at(1, 7), kline_at(3, 7), kline_at(4, 7)}), WriteResult::written);
  EXPECT_EQ(ring(), "2:1 3:7 4:7 5:1");
  EXPECT_EQ(record().gaps, 0);
  EXPECT_EQ(record().revision, 2);
  EXPECT_EQ(record().history_count, record().closed_count);
  EXPECT_TRUE(dirty());
  EXPECT_EQ(record().box.owner, 1) << "who owned it keeps it";
}

TEST_F(WriterKline, HistoryLongerThanTheRingKeepsItsNewest) {
  std::vector<Kline> klines;
  for (int minute = 0; minute < 100; ++minute) klines.push_back(kline_at(minute, minute));
  EXPECT_EQ(load(klines), WriteResult::written);
  EXPECT_EQ(ring(), "96:96 97:97 98:98 99:99");
  EXPECT_EQ(record().closed_count, 100);
  EXPECT_EQ(record().box.owner, 0) << "a claim that the load made ends with it";
}

TEST_F(WriterKline, HistoryIsAllOrNothing) {
  close(0);
  dirty();
  EXPECT_EQ(load({kline_at(1), kline_at(3), kline_at(2)}), WriteResult::invalid);
  EXPECT_EQ(load({kline_at(1), kline_at(1)}), WriteResult::invalid);
  EXPECT_EQ(ring(), "0:1");
  EXPECT_FALSE(dirty());
}

TEST_F(WriterKline, AnEmptyHistoryChangesNoKline) {
  close(0, 3);
  EXPECT_EQ(load({}), WriteResult::written);
  EXPECT_EQ(ring(), "0:3");
}

}  // namespace
}  // namespace tickscan::market
