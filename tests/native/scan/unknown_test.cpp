// Unknown is unknown: while an indicator warms up, neither a comparison with it nor its opposite matches; from its
// first value on, exactly one of the two does. Every output of every row, and every function that keeps a state.
#include <cmath>
#include <random>

#include "filter/functions.h"
#include "scan/random_market.h"
#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

constexpr uint32_t kMinutes = 130;

struct Expected {
  std::string text;
  uint32_t lookback;  // nothing is known before; later may be, such as a pivot's confirmation
  uint32_t below = 0;
  uint32_t not_below = 0;
  bool was_known = false;
};

std::vector<Expected> all_outputs() {
  std::vector<Expected> all;
  for (const indicator::Indicator& row : indicator::indicators()) {
    std::vector<double> params;
    for (const indicator::Param& param : row.params) params.push_back(param.default_value);
    for (const std::string_view output : row.outputs)
      all.push_back(
          {std::string(row.name) + "()." + std::string(output), row.kernel->lookback(params.data())});
  }
  all.push_back({"close[7]", 7});
  all.push_back({"change(close, 7)", 7});
  all.push_back({"highest(close, 7)", 6});
  all.push_back({"lowest_bars(close, 7)", 6});
  all.push_back({"percent_rank(close, 7)", 7});
  all.push_back({"count(close > open, 7)", 6});
  return all;
}

// A walk that turns often and always trades.
std::vector<market::Kline> walk() {
  std::mt19937 random(11);
  std::vector<market::Kline> klines;
  double price = 100;
  for (uint32_t i = 0; i < kMinutes; ++i) {
    const double open = price;
    price += static_cast<double>(random() % 201) / 100 - 1;
    klines.push_back(kline(i * kMinuteMs, open, std::max(open, price) + 0.25, std::min(open, price) - 0.5,
                           price, 5 + random() % 10));
  }
  return klines;
}

// A part of the outputs in a world of its own, since a world takes 256 traders.
void expect_unknown_at_first(std::vector<Expected> wanted, bool on_close) {
  World world(1, kMinutes);
  for (Expected& one : wanted) {
    one.below = world.add(one.text + " below", one.text + " < 30", "1m", on_close);
    one.not_below = world.add(one.text + " not below", "not (" + one.text + " < 30)", "1m", on_close);
  }
  world.cycle(0);
  const std::vector<market::Kline> klines = walk();
  for (uint32_t i = 0; i < kMinutes; ++i) {
    world.close_kline(0, 0, klines[i]);
    world.cycle(0);
    for (Expected& one : wanted) {
      const bool below = !world.folded[one.below].empty();
      const bool not_below = !world.folded[one.not_below].empty();
      ASSERT_FALSE(below && not_below) << one.text;
      const bool known = below || not_below;
      ASSERT_FALSE(known && i < one.lookback) << one.text << " is known at kline " << i;
      ASSERT_TRUE(known || !one.was_known) << one.text << " is unknown again at kline " << i;
      one.was_known = known;
    }
  }
  for (const Expected& one : wanted) EXPECT_TRUE(one.was_known) << one.text;
}

TEST(Unknown, IsNeitherTrueNorFalseDuringWarmUp) {
  constexpr size_t kPart = 100;
  const std::vector<Expected> all = all_outputs();
  for (const bool on_close : {false, true}) {
    for (size_t from = 0; from < all.size(); from += kPart) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), from + kPart));
      expect_unknown_at_first({begin, end}, on_close);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace tickscan::scan::testing
