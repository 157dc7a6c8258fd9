// Small parts that everything stands on: lanes, masks of comparisons, borrowed callables, the futex.
#include "base/lanes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "base/function_ref.h"
#include "base/futex.h"
#include "base/rounds.h"
#include "base/simd.h"

namespace tickscan {
namespace {

std::vector<uint32_t> visited(LaneMask lanes) {
  std::vector<uint32_t> seen;
  for_each_lane(lanes, [&](uint32_t lane) { seen.push_back(lane); });
  return seen;
}

TEST(Lanes, EachSetBitIsVisitedOnceInRisingOrder) {
  EXPECT_EQ(visited(0), std::vector<uint32_t>{});
  EXPECT_EQ(visited(lane_bit(0) | lane_bit(31) | lane_bit(32) | lane_bit(63)),
            (std::vector<uint32_t>{0, 31, 32, 63}));
  const std::vector<uint32_t> all = visited(kAllLanes);
  ASSERT_EQ(all.size(), kLanes);
  for (uint32_t lane = 0; lane < kLanes; ++lane) EXPECT_EQ(all[lane], lane);
  EXPECT_EQ(visited(kAllLanes & ~lane_bit(17)).size(), kLanes - 1);
}

// Who visits few lanes one by one has room for so many and no more.
TEST(Lanes, FewAreUpToTheirNumber) {
  EXPECT_TRUE(are_few(0));
  EXPECT_TRUE(are_few(lane_bit(kFewLanes) - 1));
  EXPECT_FALSE(are_few(lane_bit(kFewLanes + 1) - 1));
  EXPECT_TRUE(are_few((lane_bit(kFewLanes) - 1) << (kLanes - kFewLanes)));
  EXPECT_FALSE(are_few(kAllLanes));
}

TEST(Simd, MasksAreTheComparisonsLaneByLane) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr double kValues[] = {0.0, -0.0, 1, -1, kInf, -kInf, kUnknown, 5e-324, 1.7976931348623157e308};
  auto random = seeded("Simd.MasksAreTheComparisonsLaneByLane");
  double a[kLanes];
  double b[kLanes];
  for (int round = 0; round < 200; ++round) {
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      a[lane] = kValues[random() % std::size(kValues)];
      b[lane] = kValues[random() % std::size(kValues)];
    }
    const simd::EachLane each_a{a};
    const simd::EachLane each_b{b};
    const double one = b[0];
    const simd::AllLanes same(one);
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      ASSERT_EQ(simd::less(each_a, each_b) >> lane & 1, a[lane] < b[lane]);
      ASSERT_EQ(simd::less(each_a, same) >> lane & 1, a[lane] < one);
      ASSERT_EQ(simd::less(same, each_a) >> lane & 1, one < a[lane]);
      ASSERT_EQ(simd::less_equal(each_a, each_b) >> lane & 1, a[lane] <= b[lane]);
      ASSERT_EQ(simd::less_equal(same, each_a) >> lane & 1, one <= a[lane]);
      ASSERT_EQ(simd::equal(each_a, each_b) >> lane & 1, a[lane] == b[lane]);
      ASSERT_EQ(simd::equal_to(a, one) >> lane & 1, a[lane] == one);
      ASSERT_EQ(simd::finite(a) >> lane & 1, std::isfinite(a[lane]));
      ASSERT_EQ(simd::within(a, 1) >> lane & 1, a[lane] <= 1 && a[lane] >= -1);
    }
  }
}

int twice(FunctionRef<int(int)> f) { return f(f(1)); }

TEST(FunctionRef, CallsTheCallableItselfAndNotACopy) {
  int calls = 0;
  auto add = [&calls, total = 0](int x) mutable {
    ++calls;
    total += x;
    return total;
  };
  EXPECT_EQ(twice(add), 2);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(add(0), 2) << "the lambda's own state moved on";
  const auto constant = [](int x) { return x * 3; };
  EXPECT_EQ(twice(constant), 9);
}

TEST(Futex, AWaitEndsWhenTheWordIsAnother) {
  std::atomic<int32_t> word{0};
  futex_wait(&word, 1);
  std::thread waiter([&] {
    while (word.load() == 0) futex_wait(&word, 0);
  });
  word.store(1);
  futex_wake_all(&word);
  waiter.join();
}

TEST(Futex, AWakeReachesEveryWaiter) {
  for (uint64_t round = 0; round < rounds(200); ++round) {
    std::atomic<int32_t> word{0};
    std::vector<std::thread> waiters;
    for (int i = 0; i < 4; ++i) {
      waiters.emplace_back([&] {
        while (word.load() == 0) futex_wait(&word, 0);
      });
    }
    word.store(1);
    futex_wake_all(&word);
    for (std::thread& waiter : waiters) waiter.join();
  }
}

}  // namespace
}  // namespace tickscan
