// The pool: every item exactly once, results visible after run(), with threads that may wake late, not at
// all, or in the middle of the destructor.
#include "scan/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <vector>

#include "base/rounds.h"

namespace tickscan::scan {
namespace {

class PoolThreads : public testing::TestWithParam<uint32_t> {};

TEST_P(PoolThreads, EveryItemExactlyOnceRunAfterRun) {
  Pool pool(GetParam());
  EXPECT_EQ(pool.threads(), GetParam());
  auto random = seeded("Pool.EveryItemExactlyOnceRunAfterRun");
  // Plain ints on purpose: a result that run() does not order before its return is a race that TSan reports.
  std::vector<int> done(130);
  std::vector<int> input(130);
  const uint64_t runs = rounds(3000);
  for (uint64_t run = 1; run <= runs; ++run) {
    const auto items = static_cast<uint32_t>(random() % done.size());
    std::fill(done.begin(), done.end(), 0);
    std::fill(input.begin(), input.end(), static_cast<int>(run));
    pool.run(items, [&](uint32_t item, uint32_t thread) {
      ASSERT_LT(thread, pool.threads());
      // Lets run() return first if it does not wait for this one.
      if (thread != 0 && item % 8 == 0) std::this_thread::yield();
      done[item] += input[item];
    });
    for (uint32_t item = 0; item < done.size(); ++item) {
      ASSERT_EQ(done[item], item < items ? static_cast<int>(run) : 0) << "item " << item << " of " << items;
    }
  }
}

TEST_P(PoolThreads, AThreadNumberIsInUseOnceAtATime) {
  Pool pool(GetParam());
  std::vector<std::atomic<int>> busy(pool.threads());
  std::atomic<int> clashes{0};
  for (uint64_t run = 0; run < rounds(200); ++run) {
    pool.run(64, [&](uint32_t, uint32_t thread) {
      if (busy[thread].fetch_add(1) != 0) clashes.fetch_add(1);
      busy[thread].fetch_sub(1);
    });
  }
  EXPECT_EQ(clashes.load(), 0);
}

TEST_P(PoolThreads, FewItemsAreDoneByTheCaller) {
  Pool pool(GetParam());
  const auto caller = std::this_thread::get_id();
  for (const uint32_t items : {0U, 1U, 4U}) {
    uint32_t done = 0;
    pool.run(
        items,
        [&](uint32_t, uint32_t thread) {
          EXPECT_EQ(std::this_thread::get_id(), caller);
          EXPECT_EQ(thread, 0U);
          ++done;
        },
        5);
    EXPECT_EQ(done, items);
  }
}

TEST_P(PoolThreads, IsGoneAtOnceEvenIfItsThreadsHardlyStarted) {
  for (uint64_t i = 0; i < rounds(100); ++i) {
    Pool idle(GetParam());
    Pool used(GetParam());
    std::atomic<uint32_t> done{0};
    used.run(10, [&](uint32_t, uint32_t) { done.fetch_add(1); });
    ASSERT_EQ(done.load(), 10U);
  }
}

TEST(PoolDeathTest, AThreadThatGivesUpInTheMiddleOfAnItemKeepsNobodyWaiting) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [] {
    Pool pool(2);
    std::promise<void> given_up;
    pool.run(2, [&](uint32_t, uint32_t thread) {
      // Each thread has one of the two items; that of the other is never done.
      if (thread == 0) return given_up.get_future().wait();
      Pool::give_up();
      given_up.set_value();
      std::promise<void>().get_future().wait();
    });
  };
  EXPECT_DEATH(run(), "every_thread_lives");
}

TEST(PoolDeathTest, GivingUpElsewhereDoesNothing) {
  Pool pool(2);
  Pool::give_up();
  std::atomic<uint32_t> done{0};
  pool.run(10, [&](uint32_t, uint32_t) { done.fetch_add(1); });
  EXPECT_EQ(done.load(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Threads, PoolThreads, testing::Values(1, 2, 4, 8));

}  // namespace
}  // namespace tickscan::scan
