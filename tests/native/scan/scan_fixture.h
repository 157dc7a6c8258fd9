// A whole engine under test beside plain vectors that hold the same market: every write goes to both.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "market/writer.h"
#include "scan/naive.h"

namespace tickscan::scan::testing {

struct Item {
  uint32_t trader;
  int32_t flags;
  double time;
  std::vector<uint32_t> entered;
  std::vector<uint32_t> left;
  std::vector<double> values;
};

struct World {
  std::vector<std::string_view> interval_names{"1m", "3m", "5m"};
  std::vector<double> lengths{60'000, 180'000, 300'000};
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<market::Writer> writer;
  std::vector<NaiveMarket> symbols;
  std::map<uint32_t, std::set<uint32_t>> folded;  // trader → slots, from deltas alone

  explicit World(uint32_t symbol_count, uint32_t max_klines = 500, uint32_t threads = 1,
                 double trader_bytes = 64 << 20) {
    engine::EngineConfig config;
    config.max_symbols = symbol_count;
    config.max_klines = max_klines;
    config.intervals = {"1m", "3m", "5m"};
    config.threads = threads;
    config.trader_bytes = trader_bytes;
    auto made = engine::Engine::create(config);
    EXPECT_TRUE(made.ok());
    engine = std::move(made.value());
    writer = std::make_unique<market::Writer>(engine->store(), 0);
    writer->interval_ms = lengths;
    for (uint32_t slot = 0; slot < symbol_count; ++slot) {
      const auto key = engine->add_symbol({"S" + std::to_string(slot), {}, kUnknown});
      EXPECT_TRUE(key.ok());
      EXPECT_FALSE(engine->start_symbol(key.value()));
      NaiveMarket market;
      for (const double length : lengths) market.series.push_back({length, {}, {}, false});
      market.ticker.assign(market::kTickerFields, kUnknown);
      symbols.push_back(market);
    }
  }

  void close_kline(uint32_t slot, uint32_t interval, const market::Kline& kline) {
    ASSERT_EQ(writer->update_kline(slot, interval, kline, true), market::WriteResult::written);
    symbols[slot].series[interval].closed.push_back(kline);
  }
  void live_kline(uint32_t slot, uint32_t interval, const market::Kline& kline) {
    ASSERT_EQ(writer->update_kline(slot, interval, kline, false), market::WriteResult::written);
    symbols[slot].series[interval].live = kline;
    symbols[slot].series[interval].has_live = true;
  }
  void tick(uint32_t slot, uint32_t field, double value) {
    double fields[market::kTickerFields];
    std::fill(std::begin(fields), std::end(fields), kUnknown);
    fields[field] = value;
    ASSERT_EQ(writer->update_ticker(slot, fields), market::WriteResult::written);
    symbols[slot].ticker[field] = value;
  }

  uint32_t add(const std::string& id, const std::string& filter, const std::string& interval, bool on_close,
               const std::vector<std::string>& columns = {}) {
    engine::TraderSpec spec;
    spec.id = id;
    spec.filter = filter;
    spec.interval = interval;
    spec.on_close = on_close;
    spec.column_names = columns;
    spec.column_filters = columns;
    return add(spec);
  }
  uint32_t add(const engine::TraderSpec& spec) {
    auto ack = engine->add_trader(spec);
    EXPECT_TRUE(ack.ok()) << spec.filter << ": " << (ack.ok() ? "" : ack.error().message);
    return ack.ok() ? ack.value().trader : ~0U;
  }

  // Runs a cycle, slice by slice, and folds its deltas.
  std::vector<Item> cycle(double now_ms) {
    std::vector<Item> items = slice(now_ms, Start::anew);
    while (last.report.pending) {
      for (const Item& item : slice(now_ms, Start::go_on)) items.push_back(item);
    }
    return items;
  }

  std::vector<Item> slice(double now_ms, Start start) {
    last = engine->cycle(now_ms, start);
    std::vector<Item> items;
    check_sizes();
    const PackedDeltas& deltas = engine->scan().deltas();
    size_t word = 0;
    size_t value = 0;
    while (word < deltas.words.size()) {
      const auto* w = deltas.words.data() + word;
      Item item{static_cast<uint32_t>(w[0]), w[1], deltas.values[value], {}, {}, {}};
      const auto entered = static_cast<size_t>(w[2]);
      const auto left = static_cast<size_t>(w[3]);
      const auto columns = static_cast<size_t>(w[4]);
      const auto changes = static_cast<size_t>(w[5]);
      for (size_t i = 0; i < changes; ++i) {
        const int32_t* change = w + kHeadWords + i * kChangeWords;
        EXPECT_TRUE(i == 0 || change[0] > change[-static_cast<int>(kChangeWords)]) << "blocks rise";
        for (uint32_t bit = 0; bit < kLanes; ++bit) {
          const uint32_t slot = static_cast<uint32_t>(change[0]) * kLanes + bit;
          if ((change[1 + bit / 32] >> (bit % 32) & 1) != 0) item.entered.push_back(slot);
          if ((change[3 + bit / 32] >> (bit % 32) & 1) != 0) item.left.push_back(slot);
        }
      }
      EXPECT_EQ(item.entered.size(), entered);
      EXPECT_EQ(item.left.size(), left);
      for (size_t i = 0; i < entered * columns; ++i) item.values.push_back(deltas.values[value + 1 + i]);
      word += kHeadWords + changes * kChangeWords;
      value += 1 + entered * columns;
      const bool page = !items.empty() && (items.back().flags & kDeltaMore) != 0;
      EXPECT_TRUE(!page || items.back().trader == item.trader) << "a page follows its page";
      fold(item, page);
      items.push_back(item);
    }
    return items;
  }

  // What full results would take is kept up to date by changes alone. Here it is counted anew.
  void check_sizes() const {
    const Scan& scan = engine->scan();
    uint64_t entries = 0;
    uint64_t bytes = 0;
    uint32_t seen = 0;
    for (uint32_t index = 0; seen < scan.trader_count(); ++index) {
      const Trader* trader = scan.trader(index);
      if (trader == nullptr) continue;
      ++seen;
      bytes += kHeadWords * sizeof(int32_t) + sizeof(double);
      for (size_t block = 0; block < scan.blocks().size(); ++block) {
        const uint64_t matches = count_lanes(trader->matches[block]);
        entries += matches;
        bytes += matches * trader->columns.size() * sizeof(double);
        if (matches > 0) bytes += kChangeWords * sizeof(int32_t);
      }
    }
    EXPECT_EQ(last.report.sizes.full_entries, entries);
    EXPECT_EQ(last.report.sizes.full_bytes, bytes);
  }

  void fold(const Item& item, bool next_page = false) {
    std::set<uint32_t>& matches = folded[item.trader];
    if ((item.flags & kDeltaSnapshot) != 0 && !next_page) matches.clear();
    for (const uint32_t slot : item.entered) EXPECT_TRUE(matches.insert(slot).second) << "entered twice";
    for (const uint32_t slot : item.left) EXPECT_EQ(matches.erase(slot), 1U) << "left without having entered";
  }

  [[nodiscard]] filter::Tree tree(const std::string& text, uint32_t base, filter::Want want) const {
    filter::Context context;
    context.intervals = interval_names;
    context.default_interval = base;
    auto compiled = filter::compile(text, context, want);
    EXPECT_TRUE(compiled.ok()) << text << ": " << (compiled.ok() ? "" : compiled.error().message);
    return compiled.value();
  }

  engine::Cycle last;
};

inline market::Kline kline(double open_time, double open, double high, double low, double close,
                           double volume) {
  return {{open_time, open, high, low, close, volume}};
}

}  // namespace tickscan::scan::testing
