// Writers in 2, 4 and 8 threads beside an engine that swaps, drains and reads: nothing is lost, torn or late.
//
//   SAFE      at rest every version was scanned, so writes = scans + coalesced
//   FRESH     what a write that returned in cycle E wrote is scanned by the end of cycle E + 1
//   TORN      no ticker that was read mixes two writes, and none is older than one read before
//
// Symbols are dealt out so that neighbours in a word belong to different writers.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/futex.h"
#include "base/rounds.h"
#include "market/fixture.h"

namespace tickscan::market {
namespace {

constexpr uint32_t kSymbols = 200;
constexpr uint32_t kMaxKlines = 4;

// The engine's side. `scanned` and `cycles_done` are read by the writers, which check FRESH.
class Engine {
 public:
  explicit Engine(const Store& store) : store_(store), scanned_(kSymbols), closed_(kSymbols) {
    for (auto& version : scanned_) version.store(0);
    for (auto& count : closed_) count.store(0);
  }

  void cycle() {
    DirtyTracker tracker = store_.tracker();
    tracker.swap();
    for (uint32_t block = 0; block < tracker.blocks(); ++block) {
      for_each_lane(tracker.drain_block(0, block),
                    [&](uint32_t lane) { scan_ticker(block * kLanes + lane); });
      for_each_lane(tracker.drain_block(1, block), [&](uint32_t lane) { scan_ring(block * kLanes + lane); });
    }
    cycles_done_.store(tracker.epoch());
  }

  [[nodiscard]] int32_t cycles_done() const { return cycles_done_.load(); }
  [[nodiscard]] int32_t scanned(uint32_t symbol) const { return scanned_[symbol].load(); }
  [[nodiscard]] int32_t closed(uint32_t symbol) const { return closed_[symbol].load(); }
  uint64_t scans = 0;
  uint64_t coalesced = 0;
  uint64_t torn = 0;
  uint64_t backwards = 0;

 private:
  void scan_ticker(uint32_t symbol) {
    TickerRecord& record = store_.ticker(symbol);
    slots_[symbol] = record.box.take(slots_[symbol]);
    const double* fields = record.slots[slots_[symbol]];
    for (uint32_t i = 0; i < kTickerFields; ++i) {
      if (fields[i] != fields[0]) ++torn;
    }
    // A writer's n-th write of a symbol writes n into every field.
    const auto version = static_cast<int32_t>(fields[0]);
    const int32_t before = scanned_[symbol].load();
    if (version < before) ++backwards;
    if (version > before) {
      ++scans;
      coalesced += static_cast<uint64_t>(version - before - 1);
    }
    scanned_[symbol].store(version);
  }

  void scan_ring(uint32_t symbol) {
    const KlineRing ring = store_.ring(symbol, 0);
    const uint32_t count = ring.count();
    Kline kline{};
    if (count > 0 && ring.read(count - 1, 0, &kline) == KlineRing::Read::ok) {
      const Kline right = kline_at(count - 1, count);
      if (!std::equal(std::begin(kline.fields), std::end(kline.fields), std::begin(right.fields))) ++torn;
    }
    closed_[symbol].store(static_cast<int32_t>(count));
  }

  const Store& store_;
  std::vector<std::atomic<int32_t>> scanned_;
  std::vector<std::atomic<int32_t>> closed_;
  std::atomic<int32_t> cycles_done_{0};
  int32_t slots_[kSymbols] = {};
};

// One writer thread: round after round a ticker and a closed kline for each of its symbols.
struct Thread {
  Thread(const Market& market, uint32_t index, uint32_t writers) : writer(market.writer(index)) {
    for (uint32_t symbol = index; symbol < kSymbols; symbol += writers) symbols.push_back(symbol);
    due.assign(symbols.size(), {0, 0});
  }

  // The done cycle is looked at first: what it scanned is visible then.
  void check(const Engine& engine, size_t i) {
    const auto [epoch, n] = due[i];
    const int32_t done = engine.cycles_done();
    if (n > 0 && done > epoch && (engine.scanned(symbols[i]) < n || engine.closed(symbols[i]) < n)) ++stale;
  }
  void run(const Engine& engine, const Store& store, int32_t writes) {
    for (int32_t n = 1; n <= writes; ++n) {
      for (size_t i = 0; i < symbols.size(); ++i) {
        check(engine, i);
        double fields[kTickerFields];
        std::fill(std::begin(fields), std::end(fields), n);
        refused += writer.update_ticker(symbols[i], fields) != WriteResult::written;
        refused += writer.update_kline(symbols[i], 0, kline_at(n - 1, n), true) != WriteResult::written;
        due[i] = {store.tracker().epoch(), n};
        // Lets the others in on a machine with fewer processors than threads.
        if (i % 16 == 0) std::this_thread::yield();
      }
    }
  }

  Writer writer;
  std::vector<uint32_t> symbols;
  struct Due {
    int32_t epoch;  // when the write returned
    int32_t n;
  };
  std::vector<Due> due;
  uint64_t stale = 0;
  uint64_t refused = 0;
};

class NoLoss : public testing::TestWithParam<uint32_t> {};

TEST_P(NoLoss, EveryWriteIsScannedOrSupersededAndNoneIsLate) {
  const uint32_t writers = GetParam();
  const Market market(kSymbols, kMaxKlines);
  Engine engine(market.store());
  const auto writes = static_cast<int32_t>(rounds(1000));
  std::vector<std::unique_ptr<Thread>> threads;
  for (uint32_t i = 0; i < writers; ++i) threads.push_back(std::make_unique<Thread>(market, i, writers));
  std::atomic<uint32_t> running{writers};
  std::vector<std::thread> started;
  for (const auto& thread : threads) {
    started.emplace_back([&, one = thread.get()] {
      one->run(engine, market.store(), writes);
      running.fetch_sub(1);
    });
  }
  uint64_t cycles = 0;
  while (running.load() > 0) {
    engine.cycle();
    ++cycles;
  }
  for (std::thread& thread : started) thread.join();
  engine.cycle();
  engine.cycle();

  uint64_t lost = 0;
  for (uint32_t symbol = 0; symbol < kSymbols; ++symbol) {
    ASSERT_EQ(market.store().ticker(symbol).box.version, writes);
    if (engine.scanned(symbol) != writes || engine.closed(symbol) != writes) ++lost;
  }
  uint64_t stale = 0;
  for (const auto& thread : threads) {
    stale += thread->stale;
    EXPECT_EQ(thread->refused, 0U);
  }
  EXPECT_EQ(lost, 0U);
  EXPECT_EQ(stale, 0U);
  EXPECT_EQ(engine.torn, 0U);
  EXPECT_EQ(engine.backwards, 0U);
  EXPECT_EQ(engine.scans + engine.coalesced, static_cast<uint64_t>(writes) * kSymbols);
  EXPECT_TRUE(market.store().tracker().set_idle()) << "two cycles at rest leave no mark";
  std::printf(
      "%u writers: %llu tickers written = %llu scanned + %llu coalesced in %llu cycles; lost %llu, "
      "late %llu, torn %llu\n",
      writers, static_cast<unsigned long long>(writes) * kSymbols,
      static_cast<unsigned long long>(engine.scans), static_cast<unsigned long long>(engine.coalesced),
      static_cast<unsigned long long>(cycles), static_cast<unsigned long long>(lost),
      static_cast<unsigned long long>(stale), static_cast<unsigned long long>(engine.torn));
}

// Each writer waits until its write was scanned before it writes again, so the engine goes to sleep all the
// time and one lost wake-up stops the test for ever.
TEST_P(NoLoss, ASleepingEngineIsWokenByEveryWrite) {
  const uint32_t writers = GetParam();
  const Market market(kSymbols, kMaxKlines);
  Engine engine(market.store());
  const auto writes = static_cast<int32_t>(rounds(300));
  std::atomic<bool> stop{false};
  uint64_t sleeps = 0;
  std::thread engine_thread([&] {
    DirtyTracker tracker = market.store().tracker();
    std::atomic<int32_t>& idle = market.store().control().idle;
    while (!stop.load()) {
      engine.cycle();
      if (!tracker.set_idle()) continue;
      ++sleeps;
      while (idle.load() == 1) futex_wait(&idle, 1);
    }
  });
  std::vector<std::thread> started;
  for (uint32_t i = 0; i < writers; ++i) {
    started.emplace_back([&, i] {
      Writer writer = market.writer(i);
      for (int32_t n = 1; n <= writes; ++n) {
        double fields[kTickerFields];
        std::fill(std::begin(fields), std::end(fields), n);
        ASSERT_EQ(writer.update_ticker(i, fields), WriteResult::written);
        while (engine.scanned(i) < n) std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : started) thread.join();
  stop.store(true);
  market.store().tracker().mark(0, kSymbols - 1);  // wakes the engine a last time, to look at `stop`
  engine_thread.join();
  EXPECT_GT(sleeps, 0U);
  std::printf("%u writers: woken from %llu sleeps by %llu writes\n", writers,
              static_cast<unsigned long long>(sleeps), static_cast<unsigned long long>(writes) * writers);
}

// A record changes hands between threads again and again: the slots that one leaves, the next one takes over.
// The claim alone orders them, so the running number is a plain int that TSan watches.
TEST_P(NoLoss, ARecordHandedFromWriterToWriterStaysWhole) {
  const uint32_t writers = GetParam();
  constexpr uint32_t kSymbol = 5;
  const Market market(kSymbols, kMaxKlines);
  Engine engine(market.store());
  const auto total = static_cast<int32_t>(rounds(4000));
  int32_t written = 0;
  std::atomic<uint32_t> running{writers};
  std::vector<std::thread> started;
  for (uint32_t i = 0; i < writers; ++i) {
    started.emplace_back([&, i] {
      Writer writer = market.writer(i);
      std::atomic<int32_t>& owner = market.store().ticker(kSymbol).box.owner;
      for (bool done = false; !done;) {
        int32_t nobody = 0;
        if (!owner.compare_exchange_strong(nobody, static_cast<int32_t>(i) + 1)) {
          std::this_thread::yield();
          continue;
        }
        done = written == total;
        if (!done) {
          double fields[kTickerFields];
          std::fill(std::begin(fields), std::end(fields), ++written);
          EXPECT_EQ(writer.update_ticker(kSymbol, fields), WriteResult::written);
        }
        writer.release_ticker(kSymbol);
      }
      running.fetch_sub(1);
    });
  }
  while (running.load() > 0) engine.cycle();
  for (std::thread& thread : started) thread.join();
  engine.cycle();
  engine.cycle();
  EXPECT_EQ(engine.torn, 0U);
  EXPECT_EQ(engine.backwards, 0U);
  EXPECT_EQ(engine.scanned(kSymbol), total);
}

INSTANTIATE_TEST_SUITE_P(Writers, NoLoss, testing::Values(2, 4, 8));

}  // namespace
}  // namespace tickscan::market
