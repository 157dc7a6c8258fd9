// Symbols come and go while writers in several threads write: keys of removed symbols are refused, and a slot that is
// used again holds nothing of the symbol before, whatever its writers were just doing.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "base/rounds.h"
#include "market/fixture.h"
#include "market/symbol_table.h"

namespace tickscan::market {
namespace {

std::string name_of(uint64_t n) { return "S" + std::to_string(n); }

void fill(double (&fields)[kTickerFields], double value) {
  std::fill(std::begin(fields), std::end(fields), value);
}

// Everything of the slot, as Store::initialise leaves it; and nothing in the rings, which a reader of counts does not
// see anyway.
void expect_clean(const Store& store, uint32_t slot) {
  const TickerRecord& ticker = store.ticker(slot);
  EXPECT_EQ(ticker.box.owner, 0);
  EXPECT_EQ(ticker.box.version, 0);
  EXPECT_EQ(ticker.box.state, MailboxHeader::kInitialState);
  EXPECT_EQ(ticker.box.writer, MailboxHeader::kInitialWriter);
  for (const auto& fields : ticker.slots) {
    for (const double field : fields) EXPECT_TRUE(std::isnan(field));
  }
  for (uint32_t i = 0; i < store.layout().interval_count; ++i) {
    const SeriesRecord& series = store.series(slot, i);
    EXPECT_EQ(series.box.owner, 0);
    EXPECT_EQ(series.closed_count, 0);
    EXPECT_EQ(series.history_count, 0);
    EXPECT_EQ(series.revision % 2, 0);
    EXPECT_EQ(series.gaps + series.late + series.duplicates + series.dropped + series.corrections, 0);
    EXPECT_EQ(store.loaded(slot, i), 0);
    const KlineRing ring = store.ring(slot, i);
    for (uint32_t n = 0; n < ring.capacity(); ++n) {
      const double time = ring.open_time_guess(n);
      EXPECT_TRUE(std::isnan(time) || time == 0);
    }
  }
  EXPECT_EQ(store.time(slot), 0);
}

TEST(Removal, ATableThatTakesOverHasTheSameSlots) {
  const Market market(4, 4, {"1m"});
  SymbolTable table(market.store());
  EXPECT_EQ(table.add("C", 2).value(), 2U);
  EXPECT_EQ(table.add("A", 0).value(), 0U);
  EXPECT_FALSE(table.add("D", 2).ok()) << "in use";
  EXPECT_FALSE(table.add("D", 4).ok()) << "beyond the last";
  EXPECT_EQ(table.end(), 3U);
  EXPECT_EQ(table.add("B").value(), 1U) << "what was left out is free";
  EXPECT_EQ(table.add("D").value(), 3U);
}

TEST(Removal, AKeyOfARemovedSymbolIsRefusedAndItsSlotIsClean) {
  const Market market(2, 4, {"1m", "5m"});
  SymbolTable table(market.store());
  Writer writer = market.writer();
  const uint32_t slot = table.add("A").value();
  ASSERT_EQ(table.add("B").value(), 1U);
  const SymbolKey old_key = table.key(slot);
  double fields[kTickerFields];
  fill(fields, 7);
  EXPECT_EQ(writer.update_ticker(old_key, fields), WriteResult::written);
  const std::vector<Kline> history{kline_at(1), kline_at(3)};
  EXPECT_EQ(writer.load_history(old_key, 0, history), WriteResult::written);
  EXPECT_EQ(writer.update_kline(old_key, 0, kline_at(5), true), WriteResult::written);
  EXPECT_EQ(writer.update_kline(old_key, 1, kline_at(5), false), WriteResult::written);
  const int32_t revision = market.store().series(slot, 0).revision;
  table.remove(slot);
  EXPECT_EQ(table.waiting(), 0U) << "nobody writes";
  expect_clean(market.store(), slot);
  EXPECT_GT(market.store().series(slot, 0).revision, revision) << "whoever held on to it sees that it moved";
  EXPECT_EQ(writer.update_ticker(old_key, fields), WriteResult::removed);
  EXPECT_EQ(writer.update_kline(old_key, 0, kline_at(9), true), WriteResult::removed);
  EXPECT_EQ(writer.load_history(old_key, 0, history), WriteResult::removed);
  EXPECT_EQ(table.add("C").value(), slot) << "the slot is used again";
  EXPECT_EQ(table.key(slot), old_key + kMaxSymbols);
  EXPECT_EQ(writer.update_ticker(old_key, fields), WriteResult::removed);
  expect_clean(market.store(), slot);
  Writer other = market.writer(1);
  EXPECT_EQ(other.update_ticker(table.key(slot), fields), WriteResult::written) << "and nobody owns it";
}

TEST(Removal, ASlotWaitsForAWriteThatHasNotEnded) {
  const Market market(1, 4);
  SymbolTable table(market.store());
  const uint32_t slot = table.add("A").value();
  std::atomic<int32_t>& writing = market.store().writer(5).writing;
  writing.store(static_cast<int32_t>(slot) + 1);
  table.remove(slot);
  EXPECT_EQ(table.waiting(), 1U);
  const auto full = table.add("B");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, ErrorCode::E_LIMIT);
  EXPECT_NE(full.error().expected.find("maxSymbols = 1"), std::string::npos) << full.error().expected;
  writing.store(0);
  EXPECT_EQ(table.add("B").value(), slot);
  EXPECT_EQ(table.waiting(), 0U);
}

TEST(Removal, NamesAreCheckedAndFullTablesNameTheLimit) {
  const Market market(2, 4);
  SymbolTable table(market.store());
  EXPECT_EQ(table.add("").error().code, ErrorCode::E_SYMBOL);
  EXPECT_EQ(table.add("A B").error().code, ErrorCode::E_SYMBOL);
  ASSERT_TRUE(table.add("A").ok());
  EXPECT_EQ(table.add("A").error().code, ErrorCode::E_DUPLICATE);
  ASSERT_TRUE(table.add("B").ok());
  EXPECT_EQ(table.add("C").error().code, ErrorCode::E_LIMIT);
  table.remove(0);
  EXPECT_EQ(table.find(0).error().code, ErrorCode::E_SYMBOL) << "its key is over";
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.add("C").value(), 0U);
}

// One table of keys that all threads read; the engine's thread alone changes it.
// Few, so that writers and removals meet.
constexpr uint32_t kSymbols = 4;
using Keys = std::array<std::atomic<uint64_t>, kSymbols>;
constexpr uint64_t kNobody = ~uint64_t{0};

// The value that a writer stores names the key that it was written by.
void write_at_random(Writer writer, const Keys& keys, const std::atomic<bool>& stop, uint64_t seed,
                     std::array<uint64_t, 2>* counts) {
  std::mt19937_64 random(seed);
  std::array<uint64_t, kSymbols> kept;
  kept.fill(kNobody);
  double minute = 0;
  while (!stop.load()) {
    const auto place = random() % kSymbols;
    // Mostly the newest key, now and then one from long ago.
    const uint64_t newest = keys[place].load();
    const uint64_t key = random() % 4 == 0 && kept[place] != kNobody ? kept[place] : newest;
    if (random() % 16 == 0) kept[place] = newest;
    if (key == kNobody) continue;
    double fields[kTickerFields];
    fill(fields, static_cast<double>(key));
    minute += 1;
    const auto value = static_cast<double>(key);
    const std::array<WriteResult, 3> results{
        writer.update_ticker(key, fields), writer.update_kline(key, 0, kline_at(minute, value), true),
        random() % 8 == 0 ? writer.load_history(key, 1, std::vector<Kline>{kline_at(minute, value)})
                          : writer.update_kline(key, 1, kline_at(minute, value), false)};
    for (const WriteResult result : results) {
      (*counts)[0] += result == WriteResult::written;
      (*counts)[1] += result == WriteResult::removed;
    }
    writer.release_ticker(static_cast<uint32_t>(key % kMaxSymbols));
    writer.release_series(static_cast<uint32_t>(key % kMaxSymbols), 0);
    writer.release_series(static_cast<uint32_t>(key % kMaxSymbols), 1);
    if (random() % 8 == 0) std::this_thread::yield();
  }
}

// The engine's one reader per mailbox, and its look at the rings.
uint64_t foreign_values(const Store& store, uint32_t slot, uint64_t key, int32_t* reader_slot) {
  const auto value = static_cast<double>(key);
  uint64_t foreign = 0;
  TickerRecord& record = store.ticker(slot);
  *reader_slot = record.box.take(*reader_slot);
  for (const double field : record.slots[*reader_slot]) foreign += !std::isnan(field) && field != value;
  for (uint32_t i = 0; i < store.layout().interval_count; ++i) {
    const KlineRing ring = store.ring(slot, i);
    const int32_t revision = ring.revision();
    const uint32_t count = ring.count();
    if (revision % 2 != 0) continue;
    for (uint32_t n = ring.oldest(count); n < count; ++n) {
      Kline kline{};
      if (ring.read(n, revision, &kline) != KlineRing::Read::ok) continue;
      foreign += kline.fields[kline_open] != value;
    }
  }
  return foreign;
}

TEST(Removal, WritersInFourThreadsLeaveNothingBehind) {
  const Market market(kSymbols, 4, {"1m", "5m"});
  SymbolTable table(market.store());
  Keys keys;
  std::vector<int32_t> reader_slots(kSymbols, MailboxHeader::kInitialReader);
  for (auto& key : keys) key.store(kNobody);
  std::atomic<bool> stop{false};
  std::vector<std::array<uint64_t, 2>> counts(4);
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] { write_at_random(market.writer(i), keys, stop, 1000 + i, &counts[i]); });
  }
  std::mt19937_64 random(7);
  const uint64_t steps = rounds(50'000);
  uint64_t foreign = 0;
  uint64_t removed = 0;
  uint64_t waited = 0;
  for (uint64_t step = 0; step < steps; ++step) {
    const auto place = static_cast<uint32_t>(random() % kSymbols);
    if (keys[place].load() == kNobody) {
      const auto added = table.add(name_of(step));
      if (!added.ok()) continue;
      const uint32_t slot = added.value();
      // Nobody has the key yet, so nothing may be there; and the reader starts anew, as a lane does.
      expect_clean(market.store(), slot);
      reader_slots[slot] = MailboxHeader::kInitialReader;
      keys[place].store(table.key(slot));
    } else if (step % 3 == 0) {
      const uint64_t key = keys[place].exchange(kNobody);
      table.remove(table.find(key).value());
      ++removed;
      waited += table.waiting() > 0;
    } else {
      const uint64_t key = keys[place].load();
      const auto slot = static_cast<uint32_t>(key % kMaxSymbols);
      foreign += foreign_values(market.store(), slot, key, &reader_slots[slot]);
    }
    if (step % 16 == 0) std::this_thread::yield();
  }
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(foreign, 0U);
  table.reclaim();
  EXPECT_EQ(table.waiting(), 0U);
  uint64_t written = 0;
  uint64_t refused = 0;
  for (const auto& [one_written, one_refused] : counts) {
    written += one_written;
    refused += one_refused;
  }
  EXPECT_GT(written, 0U);
  EXPECT_GT(refused, 0U) << "no key went stale in a writer's hands";
  std::printf("%llu steps, %llu removals of which %llu waited; %llu written, %llu stale keys refused\n",
              static_cast<unsigned long long>(steps), static_cast<unsigned long long>(removed),
              static_cast<unsigned long long>(waited), static_cast<unsigned long long>(written),
              static_cast<unsigned long long>(refused));
}

}  // namespace
}  // namespace tickscan::market
