// Random trees of `and`, `or` and `not`, whose parts traders, columns and evaluations share and stop sharing: against Kleene's
// tables over what was written. What a decision computes itself, and what is kept, changes with every step.
// TICKSCAN_SEED repeats the seed that a failing run names.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>

#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

constexpr uint32_t kSymbols = 70;
// Those of the ticker, then those of klines. A part reads either, so that it may stay as it is while the other changes.
constexpr uint32_t kTickerFields = 3;
constexpr uint32_t kFields = 6;
constexpr const char* kNames[kFields] = {"last", "bid", "ask", "close", "high", "volume"};

using Prices = std::array<double, kFields>;

// 1, 0 or unknown.
struct Tree {
  char op = ' ';  // or a field's digit: it is above 3
  std::shared_ptr<const Tree> a, b;

  [[nodiscard]] std::string text() const {
    if (op == '!') return "not (" + a->text() + ")";
    if (op == '&') return "(" + a->text() + " and " + b->text() + ")";
    if (op == '|') return "(" + a->text() + " or " + b->text() + ")";
    return std::string(kNames[op - '0']) + " > 3";
  }
  [[nodiscard]] double of(const Prices& prices) const {
    if (op == '!') return 1 - a->of(prices);
    if (op == '&' || op == '|') {
      const double x = a->of(prices);
      const double y = b->of(prices);
      const double decisive = op == '&' ? 0 : 1;
      return x == decisive || y == decisive ? decisive
             : x + y == 2 * (1 - decisive)  ? 1 - decisive
                                            : kUnknown;
    }
    const double price = prices[static_cast<size_t>(op - '0')];
    return std::isnan(price) ? kUnknown : price > 3 ? 1 : 0;
  }
};

using TreePtr = std::shared_ptr<const Tree>;

class RandomRun {
 public:
  explicit RandomRun(uint32_t seed) : random_(seed), world_(kSymbols) {
    for (Prices& one : prices_) one.fill(kUnknown);
    for (uint32_t i = 0; i < parts_.size(); ++i) parts_[i] = tree(2, i % 2 * kTickerFields);
  }

  void go() {
    for (uint32_t step = 0; step < 120; ++step) {
      const uint32_t what = below(12);
      if (what == 0 && traders_.size() < 6) {
        const engine::TraderSpec spec = random_spec("t" + std::to_string(step));
        traders_[world_.add(spec)] = {filter_, spec.enabled};
      } else if (what == 1 && !traders_.empty()) {
        const uint32_t trader = any();
        ASSERT_FALSE(world_.engine->remove_trader(trader));
        world_.folded.erase(trader);
        traders_.erase(trader);
      } else if (what == 2 && !traders_.empty()) {
        const uint32_t trader = any();
        const engine::TraderSpec spec = random_spec(world_.engine->scan().trader(trader)->id);
        ASSERT_TRUE(world_.engine->update_trader(trader, spec).ok());
        traders_[trader] = {filter_, spec.enabled};
      } else if (what == 3) {
        // Before a cycle: what it gives of unscanned writes nobody knows.
        std::vector<double> values;
        ASSERT_FALSE(world_.engine->evaluate(filter()->text(), "1m", {}, &values));
      } else if (what < 8) {
        write();
      } else {
        world_.cycle(step);
        ASSERT_NO_FATAL_FAILURE(check());
      }
    }
  }

 private:
  struct Model {
    TreePtr filter;
    bool enabled = true;
  };

  uint32_t below(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_); }

  uint32_t any() { return std::next(traders_.begin(), below(static_cast<uint32_t>(traders_.size())))->first; }

  // Of three fields from `first` on.
  TreePtr tree(uint32_t depth, uint32_t first) {
    const uint32_t kind = depth == 0 ? 0 : below(10);
    if (kind == 0)
      return std::make_shared<Tree>(Tree{static_cast<char>('0' + first + below(kTickerFields)), {}, {}});
    const TreePtr a = tree(depth - 1, first);
    if (kind == 1) return std::make_shared<Tree>(Tree{'!', a, {}});
    return std::make_shared<Tree>(Tree{kind < 8 ? '&' : '|', a, tree(depth - 1, first)});
  }

  TreePtr part() { return parts_[below(parts_.size())]; }

  TreePtr filter() {
    if (below(3) == 0) return below(2) == 0 ? part() : tree(3, below(2) * kTickerFields);
    const TreePtr a = part();
    return std::make_shared<Tree>(Tree{below(3) != 0 ? '&' : '|', a, part()});
  }

  engine::TraderSpec random_spec(const std::string& id) {
    filter_ = filter();
    engine::TraderSpec spec;
    spec.id = id;
    spec.filter = filter_->text();
    spec.interval = "1m";
    spec.enabled = below(5) != 0;
    if (below(3) == 0) {
      spec.column_names = {"part"};
      spec.column_filters = {part()->text()};
    }
    return spec;
  }

  void write() {
    constexpr uint32_t kTickers[] = {market::ticker_last, market::ticker_bid, market::ticker_ask};
    for (uint32_t left = 1 + below(kSymbols); left > 0; --left) {
      const uint32_t slot = below(4) == 0 ? below(kSymbols) : below(3);
      const uint32_t field = below(4);
      if (field < 3) {
        prices_[slot][field] = 1 + below(5);
        world_.tick(slot, kTickers[field], prices_[slot][field]);
      } else {
        const double close = 1 + below(5);
        const double high = close + below(3);
        const double volume = 1 + below(5);
        world_.live_kline(slot, 0, kline(60'000, close, high, 1, close, volume));
        prices_[slot][3] = close;
        prices_[slot][4] = high;
        prices_[slot][5] = volume;
      }
    }
  }

  void check() {
    for (const auto& [trader, model] : traders_) {
      std::set<uint32_t> right;
      for (uint32_t slot = 0; slot < kSymbols; ++slot) {
        if (model.enabled && model.filter->of(prices_[slot]) == 1) right.insert(slot);
      }
      ASSERT_EQ(world_.folded[trader], right) << model.filter->text();
    }
    if (below(3) != 0) return;
    const TreePtr asked = filter();
    std::vector<double> values;
    ASSERT_FALSE(world_.engine->evaluate(asked->text(), "1m", {}, &values));
    for (uint32_t slot = 0; slot < kSymbols; ++slot) {
      const double right = asked->of(prices_[slot]);
      ASSERT_TRUE(values[slot] == right || (std::isnan(values[slot]) && std::isnan(right))) << asked->text();
    }
  }

  std::mt19937 random_;
  World world_;
  std::array<Prices, kSymbols> prices_{};
  std::array<TreePtr, 6> parts_;
  std::map<uint32_t, Model> traders_;
  TreePtr filter_;  // of the spec that was made last
};

TEST(DecidedProperty, WhoeverReadsAPartGetsItsTruth) {
  const char* one = std::getenv("TICKSCAN_SEED");
  const uint32_t first = one != nullptr ? static_cast<uint32_t>(std::strtoul(one, nullptr, 10)) : 1;
  const uint32_t count = one != nullptr ? 1 : 60;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(RandomRun(seed).go());
  }
}

}  // namespace
}  // namespace tickscan::scan::testing
