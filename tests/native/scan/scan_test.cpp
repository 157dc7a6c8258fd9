// The scan's promises one by one: when closes are decided, what a delta holds, what a rebuild keeps, what a
// removed trader gives back.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

constexpr double kMinute = 60'000;

market::Kline flat(double open_time, double close) {
  return kline(open_time, close, close + 1, close - 1, close, 1);
}

TEST(Scan, UnknownIsNotFalse) {
  World world(1);
  const uint32_t below = world.add("below", "rsi(3) < 101", "1m", false);
  const uint32_t not_below = world.add("not", "not (rsi(3) < 101)", "1m", false);
  const uint32_t either = world.add("either", "rsi(3) < 101 or close > 0", "1m", false);
  for (int minute = 0; minute < 3; ++minute) {
    world.close_kline(0, 0, flat(minute * kMinute, 100 + minute));
    world.cycle(0);
    EXPECT_TRUE(world.folded[below].empty());
    EXPECT_TRUE(world.folded[not_below].empty());
    EXPECT_EQ(world.folded[either].size(), 1U) << "one known true side is enough";
  }
  world.close_kline(0, 0, flat(3 * kMinute, 99));
  world.cycle(0);
  EXPECT_EQ(world.folded[below].size(), 1U);
  EXPECT_TRUE(world.folded[not_below].empty());
}

TEST(Scan, SeveralClosesInOneCycleAreDecidedOneByOne) {
  World world(2);
  const uint32_t trader = world.add("t", "close > 100", "1m", true);
  world.cycle(0);
  for (const double close : {101.0, 99.0, 102.0}) {
    const double open_time = static_cast<double>(world.symbols[1].series[0].closed.size()) * kMinute;
    world.close_kline(1, 0, flat(open_time, close));
  }
  const std::vector<Item> items = world.cycle(0);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].time, 1 * kMinute);
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{1});
  EXPECT_EQ(items[0].flags, kDeltaSnapshot);
  EXPECT_EQ(items[1].time, 2 * kMinute);
  EXPECT_EQ(items[1].left, std::vector<uint32_t>{1});
  EXPECT_EQ(items[1].flags, 0);
  EXPECT_EQ(items[2].time, 3 * kMinute);
  EXPECT_EQ(items[2].entered, std::vector<uint32_t>{1});
  EXPECT_EQ(world.folded[trader].size(), 1U);
}

TEST(Scan, ACloseIsNotDecidedBeforeTheOtherSeriesHasReachedIt) {
  World world(1);
  const uint32_t trader = world.add("t", "close > 100 and close@5m > 100", "1m", true);
  for (int minute = 0; minute < 4; ++minute) world.close_kline(0, 0, flat(minute * kMinute, 101));
  world.close_kline(0, 2, flat(-5 * kMinute, 99));
  world.cycle(0);
  EXPECT_TRUE(world.folded[trader].empty());
  world.close_kline(0, 0, flat(4 * kMinute, 101));  // closes at 5, and so does the 5m kline that is not there
  EXPECT_TRUE(world.cycle(0).empty());
  world.close_kline(0, 2, flat(0, 101));
  const std::vector<Item> items = world.cycle(0);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].time, 5 * kMinute);
  EXPECT_EQ(items[0].flags & kDeltaLate, 0);
}

TEST(Scan, ACloseWaitsUntilTheNextBaseCloseAtMostAndIsThenLate) {
  World world(1);
  world.add("t", "close > 100 and close@5m < 100", "1m", true);
  world.close_kline(0, 2, flat(-5 * kMinute, 99));
  for (int minute = 0; minute < 4; ++minute) world.close_kline(0, 0, flat(minute * kMinute, 99));
  world.cycle(0);
  world.close_kline(0, 0, flat(4 * kMinute, 101));
  EXPECT_TRUE(world.cycle(0).empty());
  world.close_kline(0, 0, flat(5 * kMinute, 101));
  const std::vector<Item> items = world.cycle(0);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].time, 5 * kMinute);
  EXPECT_EQ(items[0].flags & kDeltaLate, kDeltaLate);
}

// The same klines in three orders of arrival: one cycle a minute, everything in one cycle, and the slower
// intervals first.
TEST(Scan, CloseSignalsDoNotDependOnTheOrderOfArrival) {
  constexpr uint32_t kSymbols = 5;
  const std::string filter = "close > sma(close, 4) and (sma(close, 3)@5m > close[1] or rsi(2)@3m < 40)";
  std::vector<std::vector<std::string>> runs;
  for (int order = 0; order < 3; ++order) {
    std::mt19937 random(7);
    World world(kSymbols);
    world.add("t", filter, "1m", true);
    world.cycle(0);
    std::vector<std::string> signals;
    const auto note = [&](const std::vector<Item>& items) {
      for (const Item& item : items) {
        std::string line = std::to_string(item.time);
        for (const uint32_t slot : item.entered) line += " +" + std::to_string(slot);
        for (const uint32_t slot : item.left) line += " -" + std::to_string(slot);
        signals.push_back(line);
      }
    };
    for (int minute = 0; minute < 120; ++minute) {
      std::vector<std::pair<uint32_t, uint32_t>> closing;
      for (uint32_t interval = 0; interval < 3; ++interval) {
        for (uint32_t slot = 0; slot < kSymbols; ++slot) {
          if (std::fmod((minute + 1) * kMinute, world.lengths[interval]) == 0)
            closing.emplace_back(interval, slot);
        }
      }
      std::vector<double> closes;
      for (size_t i = 0; i < closing.size(); ++i)
        closes.push_back(95 + static_cast<double>(random() % 20) / 2);
      const auto write = [&](size_t i) {
        const auto [interval, slot] = closing[i];
        world.close_kline(slot, interval, flat((minute + 1) * kMinute - world.lengths[interval], closes[i]));
      };
      if (order == 1) {
        for (size_t i = 0; i < closing.size(); ++i) write(i);
        if (minute % 7 == 6 || minute == 119) note(world.cycle(0));
        continue;
      }
      for (size_t i = 0; i < closing.size(); ++i) {
        write(order == 0 ? i : closing.size() - 1 - i);
        if (order == 2) note(world.cycle(0));
      }
      note(world.cycle(0));
    }
    runs.push_back(signals);
  }
  // In order 2 the symbols of one time come in several deltas: compare symbol by symbol.
  const auto by_symbol = [](const std::vector<std::string>& lines) {
    std::set<std::string> signals;
    for (const std::string& line : lines) {
      const size_t head = line.find(' ');
      for (size_t at = head; at != std::string::npos; at = line.find(' ', at + 1)) {
        signals.insert(line.substr(0, head) + line.substr(at, line.find(' ', at + 1) - at));
      }
    }
    return signals;
  };
  EXPECT_GT(by_symbol(runs[0]).size(), 50U);
  EXPECT_EQ(by_symbol(runs[0]), by_symbol(runs[1]));
  EXPECT_EQ(by_symbol(runs[0]), by_symbol(runs[2]));
}

TEST(Scan, OfAHistoryLoadOnlyTheLastKlineIsDecided) {
  World world(1);
  const uint32_t trader = world.add("t", "close > 100", "1m", true);
  world.cycle(0);
  std::vector<market::Kline> history;
  for (int minute = 0; minute < 50; ++minute)
    history.push_back(flat(minute * kMinute, minute % 2 == 0 ? 99 : 101));
  ASSERT_EQ(world.writer->load_history(0, 0, history), market::WriteResult::written);
  const std::vector<Item> items = world.cycle(0);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].time, 50 * kMinute);
  EXPECT_EQ(world.folded[trader].size(), 1U);
}

TEST(Scan, ACorrectionRebuildsStateAndDecidesNothingAgain) {
  World world(1);
  const uint32_t on_close = world.add("close", "sma(close, 3) > 100", "1m", true);
  const uint32_t on_tick = world.add("tick", "sma(close, 3) > 100", "1m", false);
  for (int minute = 0; minute < 5; ++minute) world.close_kline(0, 0, flat(minute * kMinute, 100));
  world.cycle(0);
  EXPECT_TRUE(world.folded[on_tick].empty());
  ASSERT_EQ(world.writer->update_kline(0, 0, flat(3 * kMinute, 103), true), market::WriteResult::written);
  world.cycle(0);
  EXPECT_EQ(world.folded[on_tick].size(), 1U) << "now is computed on the corrected history";
  EXPECT_TRUE(world.folded[on_close].empty()) << "a decision that was made stands";
  world.close_kline(0, 0, flat(5 * kMinute, 100));
  world.cycle(0);
  EXPECT_EQ(world.folded[on_close].size(), 1U) << "the next close reads the corrected kline";
}

// A ring that was lapped between two cycles starts again from its oldest kline.
TEST(Scan, ALappedSeriesIsRebuiltFromTheOldestKline) {
  World world(1, 8);
  const uint32_t trader = world.add("t", "ema(close, 3) > 100", "1m", false, {"ema(close, 3)"});
  for (int minute = 0; minute < 5; ++minute) world.close_kline(0, 0, flat(minute * kMinute, 50));
  world.cycle(0);
  for (int minute = 5; minute < 30; ++minute) world.close_kline(0, 0, flat(minute * kMinute, 100 + minute));
  world.cycle(0);
  NaiveMarket kept = world.symbols[0];
  auto& closed = kept.series[0].closed;
  closed.erase(closed.begin(), closed.end() - 8);
  const filter::Tree tree = world.tree("ema(close, 3)", 0, filter::Want::any);
  std::vector<double> values;
  ASSERT_FALSE(world.engine->evaluate("ema(close, 3)", "1m", {}, &values));
  EXPECT_EQ(values[0], Naive(tree, kept, 0).now());
  EXPECT_EQ(world.folded[trader].size(), 1U);
}

TEST(Scan, ColumnsAreThoseOfTheMomentOfEntering) {
  World world(3);
  world.add("t", "close > 100", "1m", true, {"close", "close > 101", "rsi(14)"});
  world.cycle(0);
  world.close_kline(2, 0, flat(0, 101));
  world.close_kline(2, 0, flat(kMinute, 102));
  world.close_kline(0, 0, flat(kMinute, 103));
  const std::vector<Item> items = world.cycle(0);
  ASSERT_EQ(items.size(), 2U);
  ASSERT_EQ(items[0].values.size(), 3U);
  EXPECT_EQ(items[0].values[0], 101);
  EXPECT_EQ(items[0].values[1], 0);
  EXPECT_TRUE(std::isnan(items[0].values[2]));
  EXPECT_EQ(items[1].entered, std::vector<uint32_t>{0});
  EXPECT_EQ(items[1].values[0], 103);
  EXPECT_EQ(items[1].values[1], 1);
}

TEST(Scan, AConditionsColumnIsUnknownWhereTheConditionIs) {
  World world(3);
  world.add("t", "last > 10", "1m", false, {"bid < 5"});
  for (uint32_t slot = 0; slot < 3; ++slot) world.tick(slot, market::ticker_last, 11);
  world.tick(1, market::ticker_bid, 4);
  world.tick(2, market::ticker_bid, 6);
  const std::vector<Item> items = world.cycle(0);
  ASSERT_EQ(items.size(), 1U);
  ASSERT_EQ(items[0].values.size(), 3U);
  EXPECT_TRUE(std::isnan(items[0].values[0]));
  EXPECT_EQ(items[0].values[1], 1);
  EXPECT_EQ(items[0].values[2], 0);
}

TEST(Scan, WritesBetweenTwoCyclesAreCountedAsOneScanAndWhatItSpared) {
  World world(2);
  world.cycle(0);
  for (const double price : {1, 2, 3}) world.live_kline(0, 0, flat(0, price));
  for (const double price : {1, 2}) world.live_kline(1, 2, flat(0, price));
  world.cycle(1);
  EXPECT_EQ(world.last.report.ingested.scanned, 2U);
  EXPECT_EQ(world.last.report.ingested.coalesced, 3U);
}

TEST(Scan, ASnapshotOnRequestHoldsAllMatchesEvenNone) {
  World world(3);
  const uint32_t trader = world.add("t", "last > 10", "1m", false, {"last"});
  world.tick(1, market::ticker_last, 11);
  world.cycle(0);
  ASSERT_FALSE(world.engine->request_snapshot(trader));
  std::vector<Item> items = world.cycle(0);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].flags, kDeltaSnapshot);
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{1});
  EXPECT_EQ(items[0].values, std::vector<double>{11});
  world.tick(1, market::ticker_last, 9);
  world.cycle(0);
  ASSERT_FALSE(world.engine->request_snapshot(trader));
  items = world.cycle(0);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_TRUE(items[0].entered.empty());
  world.tick(2, market::ticker_last, 12);
  ASSERT_FALSE(world.engine->request_snapshot(trader));
  items = world.cycle(0);
  ASSERT_EQ(items.size(), 2U) << "what entered is said before the snapshot that has it too";
  EXPECT_EQ(items[0].flags, 0);
  EXPECT_EQ(items[0].entered, std::vector<uint32_t>{2});
  EXPECT_EQ(items[1].flags, kDeltaSnapshot);
  EXPECT_EQ(items[1].entered, std::vector<uint32_t>{2});
}

// Seed 9232 of the simulator: with the clock's time the client took every later close for decided.
TEST(Scan, AFirstDecisionAtACloseKeepsItsTimeWhereASnapshotIsWantedToo) {
  World world(3);
  const uint32_t trader = world.add("a", "close > open", "1m", true);
  world.cycle(1);
  ASSERT_FALSE(world.engine->request_snapshot(trader));
  world.close_kline(1, 0, kline(0, 1, 2, 1, 2, 1));
  const std::vector<Item> items = world.cycle(1e9);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].time, 60'000);
  EXPECT_EQ(items[1].time, 1e9);
  for (const Item& item : items) {
    EXPECT_EQ(item.flags, kDeltaSnapshot);
    EXPECT_EQ(item.entered, std::vector<uint32_t>{1});
  }
}

TEST(Scan, OnlyWhatChangedIsRun) {
  World world(200);
  world.add("a", "close > 100", "1m", false);
  world.add("b", "last > 100", "1m", false);
  world.add("c", "close@5m > 100", "1m", false);
  world.cycle(0);
  world.cycle(0);
  EXPECT_EQ(world.last.report.updated_symbols, 0U);
  EXPECT_EQ(world.last.report.filters_run, 0U);
  EXPECT_EQ(world.last.report.filters_skipped, 600U);
  for (uint32_t slot = 10; slot < 30; ++slot) world.live_kline(slot, 0, flat(0, 101));
  world.tick(199, market::ticker_last, 101);
  world.cycle(0);
  EXPECT_EQ(world.last.report.updated_symbols, 21U);
  EXPECT_EQ(world.last.report.skipped_symbols, 179U);
  EXPECT_EQ(world.last.report.filters_run, 21U) << "20 symbols for a, one for b, none for c";
  EXPECT_EQ(world.last.report.filters_skipped, 579U);
}

TEST(Scan, RemovingTradersGivesEverythingBack) {
  World world(100);
  const size_t before = world.engine->arena().bytes_used();
  std::vector<uint32_t> traders;
  for (int i = 0; i < 20; ++i) {
    const std::string filter = "rsi(" + std::to_string(5 + i % 4) + ") < 30 and (close - ema(close, 9)@5m)[" +
                               std::to_string(1 + i % 3) + "] > 0";
    traders.push_back(world.add("t" + std::to_string(i), filter, "1m", i % 2 == 0, {"sma(close, 20)@3m"}));
    world.cycle(0);
  }
  EXPECT_GT(world.engine->scan().node_count(), 10U);
  for (const uint32_t trader : traders) {
    ASSERT_FALSE(world.engine->remove_trader(trader));
    world.cycle(0);
  }
  EXPECT_EQ(world.engine->scan().node_count(), 0U);
  EXPECT_EQ(world.engine->arena().bytes_used(), before);
  EXPECT_TRUE(world.engine->remove_trader(traders[0]).has_value()) << "E_TRADER";
}

TEST(Scan, EqualExpressionsAreOneNode) {
  World world(1);
  world.add("a", "rsi(14) < 30 and close > ema(close, 50)", "1m", false);
  const size_t nodes = world.engine->scan().node_count();
  world.add("b", "ema(close, 50) < close and 30 > rsi(close, 14)", "1m", true);
  EXPECT_EQ(world.engine->scan().node_count(), nodes);
}

TEST(Scan, RefusesWhatDoesNotFitAndLeavesNothingBehind) {
  World world(10, 20);
  engine::TraderSpec spec;
  spec.id = "t";
  spec.filter = "close > sma(close, 21)";
  auto refused = world.engine->add_trader(spec);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::E_HISTORY);
  EXPECT_EQ(refused.error().message, "this needs 21 klines, and maxKlines is 20");
  EXPECT_EQ(refused.error().position->column, 9U);
  spec.filter = "close > sma(close, 20)";
  EXPECT_TRUE(world.engine->add_trader(spec).ok());
  refused = world.engine->add_trader(spec);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::E_DUPLICATE);

  engine::EngineConfig small;
  small.max_symbols = 64;
  small.max_klines = 5000;
  small.intervals = {"1m"};
  small.trader_bytes = 100'000;
  auto engine = engine::Engine::create(small);
  ASSERT_TRUE(engine.ok());
  const size_t before = engine.value()->arena().bytes_used();
  spec.filter = "close > sma(close, 20) and close > sma(close, 500)";
  refused = engine.value()->add_trader(spec);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::E_MEMORY);
  EXPECT_EQ(engine.value()->arena().bytes_used(), before);
  EXPECT_EQ(engine.value()->scan().node_count(), 0U);
}

TEST(Scan, TheSweepFindsALostBitAndTheUpdateIsNotLost) {
  World world(70);
  const uint32_t trader = world.add("t", "last > 10", "1m", false);
  for (int round = 0; round < 40; ++round) {
    for (uint32_t slot = 0; slot < 70; slot += 3) world.tick(slot, market::ticker_last, 5);
    world.cycle(0);
  }
  EXPECT_EQ(world.engine->scan().sweep_found(), 0U) << "nothing is found without a fault";
  EXPECT_EQ(world.engine->scan().unscanned(), 0U);
  world.tick(66, market::ticker_last, 11);
  EXPECT_EQ(world.engine->scan().unscanned(), 1U);
  DirtyTracker tracker = world.engine->store().tracker();
  for (int buffer = 0; buffer < 2; ++buffer) {
    tracker.swap();
    (void)tracker.drain_block(0, 1);  // the fault: bits taken and forgotten
  }
  for (int round = 0; round < 20; ++round) world.cycle(0);
  EXPECT_EQ(world.engine->scan().sweep_found(), 1U);
  EXPECT_EQ(world.folded[trader], std::set<uint32_t>{66});
  EXPECT_EQ(world.engine->scan().unscanned(), 0U);
}

TEST(Scan, TheSweepMissesNothingOfAWriterThatIsPausedBeforeItsMark) {
  World world(70);
  world.add("t", "last > 10", "1m", false);
  world.tick(66, market::ticker_last, 5);
  world.cycle(0);
  const market::Store& store = world.engine->store();
  market::TickerRecord& record = store.ticker(66);
  ASSERT_GT(record.box.owner.load(), 0);
  std::atomic<int32_t>& writing = store.writer(static_cast<uint32_t>(record.box.owner.load()) - 1).writing;
  writing.store(67);
  record.box.publish();
  for (int round = 0; round < 40; ++round) world.cycle(0);
  EXPECT_EQ(world.engine->scan().sweep_found(), 0U) << "its mark is still to come";
  EXPECT_EQ(world.engine->scan().unscanned(), 1U);
  writing.store(66);  // it writes another symbol: now it should have marked this one
  for (int round = 0; round < 20; ++round) world.cycle(0);
  EXPECT_EQ(world.engine->scan().sweep_found(), 1U);
  EXPECT_EQ(world.engine->scan().unscanned(), 0U);
}

TEST(Scan, ASeriesWhoseWriterDiedInARewriteIsGivenUpUntilItComesBack) {
  World world(2);
  const uint32_t trader = world.add("t", "close > 100", "1m", false);
  world.close_kline(1, 0, flat(0, 101));
  world.cycle(1000);
  std::atomic<int32_t>& revision = world.engine->store().series(1, 0).revision;
  revision.store(1);
  world.engine->store().tracker().mark(1, 1);
  for (const double now : {2000.0, 3000.0, 4000.0}) {
    world.cycle(now);
    EXPECT_EQ(world.last.report.ingested.damaged, 0U) << now;
    EXPECT_FALSE(world.engine->set_idle()) << "looked at again in the next cycle";
  }
  world.cycle(4001);
  EXPECT_EQ(world.last.report.ingested.damaged, 1U);
  EXPECT_EQ(world.engine->scan().damaged(), (std::vector<std::pair<uint32_t, uint32_t>>{{1, 0}}));
  EXPECT_TRUE(world.engine->set_idle()) << "and from now on left alone";
  EXPECT_EQ(world.folded[trader].size(), 1U) << "its last whole state stays";
  ASSERT_EQ(world.writer->update_kline(1, 0, flat(0, 99), true), market::WriteResult::written);
  world.cycle(5000);
  EXPECT_TRUE(world.engine->scan().damaged().empty());
  EXPECT_TRUE(world.folded[trader].empty());
}

// How long a ring has been half rewritten counts from when it was last whole.
TEST(Scan, ASeriesThatIsRewrittenNowAndThenIsNotGivenUp) {
  World world(2);
  world.close_kline(1, 0, flat(0, 101));
  world.cycle(1000);
  const market::Store& store = world.engine->store();
  int32_t revision = store.series(1, 0).revision.load();
  for (const double now : {2000.0, 20'000.0, 40'000.0}) {
    store.series(1, 0).revision.store(revision | 1);
    store.tracker().mark(1, 1);
    world.cycle(now);
    EXPECT_EQ(world.last.report.ingested.damaged, 0U) << now;
    revision += 2;
    store.series(1, 0).revision.store(revision);
    world.cycle(now + 1);
  }
  EXPECT_TRUE(world.engine->scan().damaged().empty());
}

TEST(Scan, SeriesGivesOneValuePerClosedKline) {
  World world(2);
  for (int minute = 0; minute < 12; ++minute)
    world.close_kline(1, 0, flat(minute * kMinute, 100 + minute % 5));
  for (int five = 0; five < 2; ++five) world.close_kline(1, 2, flat(five * 5 * kMinute, 90 + five));
  world.cycle(0);
  std::vector<double> values;
  const std::string text = "sma(close, 3) - close@5m";
  ASSERT_FALSE(world.engine->series(text, "1m", {}, 1, &values));
  ASSERT_EQ(values.size(), 12U);
  const filter::Tree tree = world.tree(text, 0, filter::Want::any);
  for (size_t i = 0; i < values.size(); ++i) {
    const double expected = Naive(tree, world.symbols[1], 0).at(static_cast<double>(i + 1) * kMinute);
    EXPECT_TRUE(values[i] == expected || (std::isnan(values[i]) && std::isnan(expected))) << i;
  }
  EXPECT_TRUE(std::isnan(values[3])) << "no 5m kline has closed";
  EXPECT_FALSE(std::isnan(values[4]));
}

}  // namespace
}  // namespace tickscan::scan::testing
