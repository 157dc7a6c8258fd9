// Mark, swap, drain, put back and the idle handshake, one step at a time; the property test next to this
// file runs any sequence of them, no_loss_test.cpp runs them in threads.
#include "base/dirty_tracker.h"

#include <gtest/gtest.h>

#include <climits>

#include "base/tracker_fixture.h"

namespace tickscan {
namespace {

using Marks = TrackerFixture::Marks;

TEST(DirtyTracker, AMarkIsInTheNextCycleOnceAndOnlyInItsRow) {
  TrackerFixture fixture(64);
  fixture.tracker().mark(1, 5);
  EXPECT_EQ(fixture.cycle(), (Marks{{1, 5}}));
  EXPECT_EQ(fixture.cycle(), Marks{});
  EXPECT_EQ(fixture.cycle(), Marks{});
}

TEST(DirtyTracker, ManyMarksOfOneSymbolAreOneChange) {
  TrackerFixture fixture(64);
  for (int i = 0; i < 100; ++i) fixture.tracker().mark(0, 7);
  EXPECT_EQ(fixture.cycle(), (Marks{{0, 7}}));
}

TEST(DirtyTracker, AMarkAfterTheSwapWaitsForTheNextCycle) {
  TrackerFixture fixture(64);
  fixture.tracker().mark(0, 1);
  fixture.tracker().swap();
  fixture.tracker().mark(0, 2);
  EXPECT_EQ(fixture.drain(), (Marks{{0, 1}}));
  EXPECT_EQ(fixture.cycle(), (Marks{{0, 2}}));
}

TEST(DirtyTracker, AMarkThatComesDuringTheWorkIsKeptForTheNextCycle) {
  TrackerFixture fixture(64);
  fixture.tracker().mark(0, 1);
  const Marks taken = fixture.cycle();
  fixture.tracker().mark(0, 1);
  EXPECT_EQ(taken, (Marks{{0, 1}}));
  EXPECT_EQ(fixture.cycle(), (Marks{{0, 1}}));
}

TEST(DirtyTracker, AFailedCyclePutsItsMarksBack) {
  TrackerFixture fixture(128);
  fixture.tracker().mark(0, 3);
  fixture.tracker().mark(2, 100);
  const Marks taken = fixture.cycle();
  for (const auto& [row, symbol] : taken) fixture.tracker().mark(row, symbol);
  EXPECT_EQ(fixture.cycle(), taken);
}

class DirtyTrackerBoundary : public testing::TestWithParam<uint32_t> {};

TEST_P(DirtyTrackerBoundary, IsDrainedAloneInEveryRow) {
  const uint32_t symbol = GetParam();
  TrackerFixture fixture(8192, 9);
  for (uint32_t row = 0; row < 9; ++row) {
    fixture.tracker().mark(row, symbol);
    EXPECT_EQ(fixture.cycle(), (Marks{{row, symbol}}));
  }
}

TEST_P(DirtyTrackerBoundary, StandsInTheLastPartialWord) {
  const uint32_t symbol = GetParam();
  TrackerFixture fixture(symbol + 1, 2);
  fixture.tracker().mark(1, symbol);
  EXPECT_EQ(fixture.tracker().blocks(), symbol / 64 + 1);
  EXPECT_EQ(fixture.cycle(), (Marks{{1, symbol}}));
}

INSTANTIATE_TEST_SUITE_P(Symbols, DirtyTrackerBoundary,
                         testing::Values(0, 1, 31, 32, 63, 64, 199, 4095, 8190, 8191));

TEST(DirtyTracker, AllSymbolsOfAllRowsAtOnce) {
  TrackerFixture fixture(8192, 9);
  for (uint32_t row = 0; row < 9; ++row) {
    for (uint32_t symbol = 0; symbol < 8192; ++symbol) fixture.tracker().mark(row, symbol);
  }
  EXPECT_EQ(fixture.cycle().size(), size_t{9} * 8192);
  EXPECT_TRUE(fixture.tracker().set_idle());
}

TEST(DirtyTracker, TheEpochWrapsRoundWithoutLosingAMark) {
  for (int32_t first : {INT_MAX - 3, -3}) {
    TrackerFixture fixture(64, 3, first);
    for (uint32_t i = 0; i < 8; ++i) {
      fixture.tracker().mark(0, i);
      EXPECT_EQ(fixture.cycle(), (Marks{{0, i}}));
    }
    EXPECT_EQ(fixture.tracker().epoch(), static_cast<int32_t>(static_cast<uint32_t>(first) + 8));
  }
}

TEST(DirtyTracker, IdleOnlyWhenBothBuffersAreEmpty) {
  TrackerFixture fixture(200, 5);
  EXPECT_TRUE(fixture.tracker().set_idle());
  fixture.control().idle.store(0);
  for (const uint32_t row : {0U, 4U}) {
    fixture.tracker().mark(row, 199);
    EXPECT_FALSE(fixture.tracker().set_idle()) << "in the active buffer";
    EXPECT_EQ(fixture.control().idle.load(), 0) << "not asleep, so nobody needs to wake it";
    fixture.tracker().swap();
    EXPECT_FALSE(fixture.tracker().set_idle()) << "in the inactive buffer";
    fixture.drain();
    EXPECT_TRUE(fixture.tracker().set_idle());
    fixture.control().idle.store(0);
  }
}

TEST(DirtyTracker, TheFirstMarkTakesTheIdleFlagAway) {
  TrackerFixture fixture(64);
  ASSERT_TRUE(fixture.tracker().set_idle());
  fixture.tracker().mark(0, 0);
  EXPECT_EQ(fixture.control().idle.load(), 0);
  EXPECT_EQ(fixture.cycle(), (Marks{{0, 0}}));
}

}  // namespace
}  // namespace tickscan
