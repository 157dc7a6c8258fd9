// A decision that waits for another interval: rows are drained one after the other, so the next kline of its own may be in
// a cycle in which what was written before that is not.
#include "scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

constexpr uint32_t kMinutes = 0;
constexpr uint32_t kFives = 2;
constexpr double kMinute = 60'000;

class Late : public ::testing::Test {
 protected:
  Late() { trader_ = world_.add("t", "close@5m == 7", "1m", true); }

  void close(uint32_t interval, double minute, double price) {
    world_.close_kline(0, interval, {minute * kMinute, price, price, price, price, 1});
  }

  // What was written to the 5m series since the drain is in the next cycle.
  void unmark_fives() {
    const market::Store& store = world_.engine->store();
    const market::Layout& layout = store.layout();
    auto* words = reinterpret_cast<std::atomic<uint32_t>*>(store.region() + layout.dirty);
    for (const uint32_t buffer : {0U, 1U}) {
      words[(buffer * layout.row_count + 1 + kFives) * layout.row_words] = 0;
    }
  }

  World world_{1};
  uint32_t trader_ = 0;
};

TEST_F(Late, WaitsForWhatWasWrittenBeforeItsNextKline) {
  for (uint32_t minute = 0; minute < 9; ++minute) close(kMinutes, minute, 1);
  close(kFives, 0, 1);
  EXPECT_TRUE(world_.cycle(1).empty());
  close(kMinutes, 9, 1);
  close(kFives, 5, 7);
  close(kMinutes, 10, 1);
  unmark_fives();
  EXPECT_TRUE(world_.cycle(2).empty());
  world_.engine->store().tracker().mark(1 + kFives, 0);
  const std::vector<Item> items = world_.cycle(3);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].time, 10 * kMinute);
  EXPECT_EQ(items[0].flags & kDeltaLate, 0);
}

TEST_F(Late, DecidesAtItsNextKlineWhatNothingWasWrittenFor) {
  for (uint32_t minute = 0; minute < 9; ++minute) close(kMinutes, minute, 1);
  close(kFives, 0, 7);
  const std::vector<Item> first = world_.cycle(1);
  close(kMinutes, 9, 1);
  EXPECT_TRUE(world_.cycle(2).empty());
  close(kFives, 5, 1);
  close(kMinutes, 10, 1);
  const std::vector<Item> in_time = world_.cycle(3);
  ASSERT_EQ(in_time.size(), 1U);
  EXPECT_EQ(in_time[0].time, 10 * kMinute);
  for (uint32_t minute = 11; minute < 16; ++minute) close(kMinutes, minute, 1);
  EXPECT_TRUE(world_.cycle(4).empty());
  close(kFives, 10, 7);
  const std::vector<Item> late = world_.cycle(5);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].time, 16 * kMinute);
}

// A writer that ended in the middle: waited for until the series is given up, then no more.
TEST_F(Late, DoesNotWaitForADamagedSeries) {
  for (uint32_t minute = 0; minute < 9; ++minute) close(kMinutes, minute, 1);
  close(kFives, 0, 7);
  const std::vector<Item> first = world_.cycle(1);
  ASSERT_EQ(first.size(), 1U);
  const market::SeriesRecord& record = world_.engine->store().series(0, kFives);
  const_cast<market::SeriesRecord&>(record).revision.fetch_add(1);
  close(kMinutes, 9, 1);
  close(kMinutes, 10, 1);
  EXPECT_TRUE(world_.cycle(2).empty());
  EXPECT_TRUE(world_.cycle(10'000).empty());
  const uint64_t before = world_.last.report.filters_run;
  close(kMinutes, 11, 1);
  world_.cycle(20'000);
  EXPECT_GT(world_.last.report.filters_run, before);
}

}  // namespace
}  // namespace tickscan::scan::testing
