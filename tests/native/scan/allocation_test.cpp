// The scan path allocates nothing: once its vectors have grown, 10,000 cycles in which deltas flow, klines close and
// columns are read take no memory, on any thread. Counted by the executable's own operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "scan/scan_fixture.h"

namespace {

std::atomic<uint64_t> allocations{0};

}  // namespace

// All other forms call these two. The sanitizers bring their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

void* counted(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  std::abort();
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#define TICKSCAN_COUNTS_ALLOCATIONS 1
#else
#define TICKSCAN_COUNTS_ALLOCATIONS 0
#endif

namespace tickscan::scan::testing {
namespace {

constexpr uint32_t kSymbols = 200;
constexpr double kMinute = 60'000;

struct Market {
  explicit Market(uint32_t threads) : world(kSymbols, 50, threads) {
    world.add("tick", "rsi(5) < 50 and close > ema(5)", "1m", false, {"close", "rsi(5)"});
    world.add("close", "close > sma(5)", "1m", true, {"macd(3, 5, 2).hist"});
    world.add("across", "close > close@5m[1] and last > 0", "1m", false);
    world.add("ticker", "change_24h > 0 or volume_24h < 5", "1m", false);
  }

  // One cycle of an ordinary minute: all symbols tick, at its end the klines close.
  void cycle(uint32_t n) {
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      const double price = 100 + static_cast<double>((n * 7919 + slot * 104'729) % 1000) / 100;
      const double open_time = static_cast<double>(n / 4) * kMinute;
      const bool closes = n % 4 == 3;
      const market::Kline kline{{open_time, price, price + 1, price - 1, price, 1}};
      writer().update_kline(slot, 0, kline, closes);
      if (n % 20 == 19) {
        writer().update_kline(slot, 2, {{open_time - 4 * kMinute, price, price + 1, price - 1, price, 1}},
                              true);
      }
      double fields[market::kTickerFields];
      std::fill(std::begin(fields), std::end(fields), price - 105);
      fields[market::ticker_volume_24h] = 1;
      fields[market::ticker_quote_volume_24h] = 1;
      writer().update_ticker(slot, fields);
    }
    changes += world.engine->cycle(1e6 + n).report.sizes.delta_entries;
  }

  market::Writer& writer() { return *world.writer; }

  World world;
  uint64_t changes = 0;
};

void expect_none(uint32_t threads) {
  Market market(threads);
  uint32_t n = 0;
  for (; n < 1000; ++n) market.cycle(n);
  market.changes = 0;
  const uint64_t before = allocations.load();
  for (; n < 11'000; ++n) market.cycle(n);
  EXPECT_EQ(allocations.load() - before, 0U);
  EXPECT_GT(market.changes, 500'000U) << "deltas flow";
}

// Every third symbol's klines come two at a time, so that a block's matches change at one close in two places, which are
// put together.
TEST(Allocation, NoneWhereOneLaneClosesMoreThanAnother) {
  if (TICKSCAN_COUNTS_ALLOCATIONS == 0) GTEST_SKIP() << "the sanitizer has its own operator new";
  Market market(1);
  const auto close = [&](uint32_t slot, uint32_t n) {
    const double price = 100 + static_cast<double>((n * 7919 + slot * 104'729) % 1000) / 100;
    market.writer().update_kline(slot, 0, {{n * kMinute, price, price + 1, price - 1, price, 1}}, true);
  };
  uint64_t before = 0;
  for (uint32_t n = 0; n < 1500; ++n) {
    if (n == 500) before = allocations.load();
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      if (slot % 3 != 0) close(slot, n);
      if (slot % 3 != 0 || n % 2 == 0) continue;
      close(slot, n - 1);
      close(slot, n);
    }
    market.changes += market.world.engine->cycle(1e6 + n).report.sizes.delta_entries;
  }
  EXPECT_EQ(allocations.load() - before, 0U);
  EXPECT_GT(market.changes, 40'000U) << "deltas flow";
}

TEST(Allocation, TheCountCounts) {
  if (TICKSCAN_COUNTS_ALLOCATIONS == 0) GTEST_SKIP() << "the sanitizer has its own operator new";
  const uint64_t before = allocations.load();
  const std::vector<int> one(1);
  EXPECT_EQ(allocations.load() - before, 1U);
}

TEST(Allocation, NoneInTenThousandCycles) {
  if (TICKSCAN_COUNTS_ALLOCATIONS == 0) GTEST_SKIP() << "the sanitizer has its own operator new";
  expect_none(1);
}

TEST(Allocation, NoneOnSeveralThreads) {
  if (TICKSCAN_COUNTS_ALLOCATIONS == 0) GTEST_SKIP() << "the sanitizer has its own operator new";
  expect_none(3);
}

}  // namespace
}  // namespace tickscan::scan::testing
