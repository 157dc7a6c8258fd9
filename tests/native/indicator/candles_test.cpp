// Candlestick patterns, pivots and Heikin-Ashi: the same numbers on every path and at every scale, a drawn
// example of each pattern that real vectors never show, and naive computations of what TA-Lib has not.
// (tests/node/talib.test.mjs compares all patterns with TA-Lib.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/rounds.h"
#include "indicator/registry.h"

namespace tickscan::indicator {
namespace {

struct Kline {
  double open;
  double high;
  double low;
  double close;
};

double field(const Kline& kline, std::string_view name) {
  if (name == "open") return kline.open;
  if (name == "high") return kline.high;
  return name == "low" ? kline.low : kline.close;
}

// A kernel with its state and its arrays.
class Block {
 public:
  Block(std::string_view name, const std::vector<double>& params)
      : row_(indicators()[static_cast<size_t>(find_indicator(name))]), params_(params) {
    state_.resize(row_.kernel->state_bytes(params_.data()) / sizeof(double), kUnknown);
    reset(kAllLanes);
    for (uint32_t i = 0; i < kMaxInputs; ++i) inputs_[i] = in_[i];
    for (uint32_t i = 0; i < kMaxOutputs; ++i) outputs_[i] = out_[i];
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  void reset(LaneMask lanes) { row_.kernel->reset(state_.data(), params_.data(), lanes); }
  void set(uint32_t lane, const Kline& kline) {
    for (size_t i = 0; i < row_.inputs.size(); ++i) in_[i][lane] = field(kline, row_.inputs[i]);
  }
  void update(LaneMask lanes) {
    row_.kernel->update(state_.data(), params_.data(), inputs_, lanes, outputs_);
  }
  void peek(LaneMask lanes) {
    const std::vector<double> before = state_;
    row_.kernel->peek(state_.data(), params_.data(), inputs_, lanes, outputs_);
    ASSERT_EQ(std::memcmp(before.data(), state_.data(), state_.size() * sizeof(double)), 0) << "peek wrote";
  }
  std::vector<double> outputs(uint32_t lane) const {
    std::vector<double> all;
    for (size_t i = 0; i < row_.outputs.size(); ++i) all.push_back(out_[i][lane]);
    return all;
  }
  uint32_t lookback() const { return row_.kernel->lookback(params_.data()); }

 private:
  const Indicator& row_;
  std::vector<double> params_;
  std::vector<double> state_;
  double in_[kMaxInputs][kLanes] = {};
  double out_[kMaxOutputs][kLanes] = {};
  const double* inputs_[kMaxInputs];
  double* outputs_[kMaxOutputs];
};

using Outputs = std::vector<std::vector<double>>;

// The outputs after each kline, in one lane of a fresh block.
Outputs batch(std::string_view name, const std::vector<double>& params, const std::vector<Kline>& series) {
  Block block(name, params);
  Outputs all;
  for (const Kline& kline : series) {
    block.set(5, kline);
    block.update(lane_bit(5));
    all.push_back(block.outputs(5));
  }
  return all;
}

bool same(double a, double b) { return a == b || (a != a && b != b); }
bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return same(x, y); });
}

// Coarse ticks, so that equal prices, gaps and dojis are common.
std::vector<Kline> walk(std::mt19937_64& random, size_t count, double tick) {
  const auto some = [&](uint64_t n) { return static_cast<double>(random() % n); };
  std::vector<Kline> series;
  double price = 200;
  for (size_t i = 0; i < count; ++i) {
    const double open = price + (random() % 4 == 0 ? some(9) - 4 : 0);
    const double close = open + (random() % 5 == 0 ? 0 : some(13) - 6);
    const double high = std::max(open, close) + (random() % 3 == 0 ? 0 : some(8));
    const double low = std::min(open, close) - (random() % 3 == 0 ? 0 : some(8));
    price = close < 50 ? 200 : close;
    series.push_back({open * tick, high * tick, low * tick, close * tick});
  }
  return series;
}

struct Case {
  std::string name;
  std::vector<double> params;
};

// Every row of candles.def, with its defaults and with odd parameters.
std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Indicator& row : indicators()) {
    if (!row.name.starts_with("cdl_") && !row.name.starts_with("ha_") && !row.name.starts_with("pivot_"))
      continue;
    std::vector<double> defaults;
    for (const Param& param : row.params) defaults.push_back(param.default_value);
    all.push_back({std::string(row.name), defaults});
    if (row.name.starts_with("pivot_")) {
      for (const auto& [left, right] : {std::pair{1, 1}, {2, 1}, {1, 3}, {4, 2}}) {
        all.push_back({std::string(row.name), {static_cast<double>(left), static_cast<double>(right)}});
      }
    } else if (!defaults.empty()) {
      all.push_back({std::string(row.name), {0.0}});
    }
  }
  return all;
}

TEST(Candles, HasAllPatterns) {
  size_t patterns = 0;
  for (const Indicator& row : indicators()) patterns += row.name.starts_with("cdl_") ? 1 : 0;
  EXPECT_EQ(patterns, 61U);
}

TEST(Candles, AllPathsGiveTheSameNumbers) {
  auto random = seeded("Candles.AllPathsGiveTheSameNumbers");
  constexpr size_t kCount = 120;
  std::vector<std::vector<Kline>> series;
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    series.push_back(lane % 16 == 0 ? std::vector<Kline>(kCount, Kline{7, 7, 7, 7})
                                    : walk(random, kCount, lane % 2 == 0 ? 1 : 0x1p-20));
    // Now and then a value that restarts the lane.
    if (lane % 4 == 3) series.back()[40 + lane % 9].low = lane % 8 == 3 ? kUnknown : -HUGE_VAL;
    if (lane % 4 == 3) series.back()[40 + lane % 9].high = kUnknown;
  }
  for (const auto& [name, params] : cases()) {
    SCOPED_TRACE(name);
    std::vector<Outputs> expected;
    for (const auto& one : series) expected.push_back(batch(name, params, one));
    Block block(name, params);
    std::vector<size_t> next(kLanes, 0);
    for (size_t turn = 0; turn < 2 * kCount; ++turn) {
      LaneMask lanes = turn % 4 == 0 ? kAllLanes : random();
      for (uint32_t lane = 0; lane < kLanes; ++lane) {
        if (next[lane] == kCount) lanes &= ~lane_bit(lane);
      }
      // A live kline that comes to nothing, then the one that closes.
      for_each_lane(lanes, [&](uint32_t lane) {
        const Kline& kline = series[lane][next[lane]];
        block.set(lane, {kline.open, kline.high * 2, kline.low / 2, kline.low});
      });
      block.peek(lanes);
      for_each_lane(lanes, [&](uint32_t lane) { block.set(lane, series[lane][next[lane]]); });
      block.peek(lanes);
      std::vector<std::vector<double>> peeked(kLanes);
      for_each_lane(lanes, [&](uint32_t lane) { peeked[lane] = block.outputs(lane); });
      block.update(lanes);
      for_each_lane(lanes, [&](uint32_t lane) {
        ASSERT_TRUE(same(block.outputs(lane), expected[lane][next[lane]])) << "lane " << lane;
        ASSERT_TRUE(same(block.outputs(lane), peeked[lane])) << "peek, lane " << lane;
        ++next[lane];
      });
      if (turn == kCount / 2) {
        // A restart in the middle: the lane sees its series anew.
        const LaneMask restarted = random();
        block.reset(restarted);
        for_each_lane(restarted, [&](uint32_t lane) { next[lane] = 0; });
      }
    }
  }
}

TEST(Candles, TheFirstOutputIsAtTheLookback) {
  auto random = seeded("Candles.TheFirstOutputIsAtTheLookback");
  const std::vector<Kline> series = walk(random, 60, 1);
  for (const auto& [name, params] : cases()) {
    if (name.starts_with("pivot_")) continue;  // unknown until there is one
    SCOPED_TRACE(name);
    const Outputs outputs = batch(name, params, series);
    const uint32_t lookback = Block(name, params).lookback();
    for (size_t i = 0; i < outputs.size(); ++i) ASSERT_EQ(std::isfinite(outputs[i][0]), i >= lookback) << i;
  }
}

TEST(Candles, APowerOfTwoScalesPricesAndChangesNoPattern) {
  auto random = seeded("Candles.APowerOfTwoScalesPricesAndChangesNoPattern");
  for (uint64_t round = 0; round < rounds(20); ++round) {
    const std::vector<Kline> plain = walk(random, 200, 0.01);
    for (const double scale : {0x1p-20, 0x1p20}) {
      std::vector<Kline> scaled = plain;
      for (Kline& kline : scaled) {
        kline = {kline.open * scale, kline.high * scale, kline.low * scale, kline.close * scale};
      }
      for (const auto& [name, params] : cases()) {
        Outputs expected = batch(name, params, plain);
        if (!name.starts_with("cdl_")) {
          for (auto& outputs : expected) outputs[0] *= scale;
        }
        const Outputs actual = batch(name, params, scaled);
        for (size_t i = 0; i < actual.size(); ++i)
          ASSERT_TRUE(same(actual[i], expected[i])) << name << " at " << i;
      }
    }
  }
}

// Klines of body 2 and range 4, then the drawn ones.
double shown(std::string_view name, const std::vector<Kline>& drawn) {
  std::vector<Kline> series;
  for (int i = 0; i < 20; ++i) {
    series.push_back(i % 2 == 0 ? Kline{100, 103, 99, 102} : Kline{102, 103, 99, 100});
  }
  series.insert(series.end(), drawn.begin(), drawn.end());
  std::vector<double> params;
  for (const Param& param : indicators()[static_cast<size_t>(find_indicator(name))].params) {
    params.push_back(param.default_value);
  }
  return batch(name, params, series).back()[0];
}

// The same drawing upside down.
std::vector<Kline> mirrored(std::vector<Kline> drawn) {
  for (Kline& kline : drawn) kline = {200 - kline.open, 200 - kline.low, 200 - kline.high, 200 - kline.close};
  return drawn;
}

TEST(Candles, DrawnExamplesOfPatternsThatTheVectorsNeverShow) {
  const std::vector<Kline> abandoned{{100, 106, 99, 105}, {107, 108, 106.5, 107}, {105, 106, 100, 101}};
  const std::vector<Kline> breakaway{{100, 106, 99, 105},
                                     {107, 109, 106, 108},
                                     {108, 110, 107, 109},
                                     {109, 111, 108, 110},
                                     {110, 110, 105, 106}};
  const std::vector<Kline> methods{{100, 106, 99, 105},
                                   {104, 105, 103, 103.5},
                                   {103.5, 104, 102, 103},
                                   {103, 104, 102, 102.5},
                                   {103, 109, 102, 108}};
  const std::vector<Kline> kicking{{105, 105, 100, 100}, {106, 112, 106, 112}};
  const struct {
    std::string name;
    double expected;
    std::vector<Kline> drawn;
  } examples[] = {
      {"cdl_2crows", -100, {{100, 106, 99, 105}, {108, 109, 106, 107}, {107.5, 108, 102, 103}}},
      {"cdl_upsidegap2crows", -100, {{100, 106, 99, 105}, {108, 109, 106, 107}, {109, 110, 105, 106}}},
      {"cdl_3blackcrows",
       -100,
       {{100, 106, 99, 105}, {104, 105, 102, 102}, {103, 104, 99, 99}, {101, 102, 96, 96}}},
      {"cdl_identical3crows", -100, {{104, 105, 101, 101}, {101, 102, 98, 98}, {98, 99, 95, 95}}},
      {"cdl_3starsinsouth", 100, {{105, 106, 94, 101}, {103, 104, 96, 100}, {99, 99, 98, 98}}},
      {"cdl_3whitesoldiers", 100, {{100, 103, 99, 103}, {102, 106, 101, 106}, {105, 109, 104, 109}}},
      {"cdl_advanceblock", -100, {{100, 105, 99, 105}, {104, 107, 103, 106.5}, {106, 109, 105, 107.5}}},
      {"cdl_abandonedbaby", -100, abandoned},
      {"cdl_abandonedbaby", 100, mirrored(abandoned)},
      {"cdl_breakaway", -100, breakaway},
      {"cdl_breakaway", 100, mirrored(breakaway)},
      {"cdl_concealbabyswall",
       100,
       {{110, 110, 106, 106}, {106, 106, 103, 103}, {102, 104, 100, 101}, {104.5, 105, 98, 99}}},
      {"cdl_kicking", 100, kicking},
      {"cdl_kicking", -100, mirrored(kicking)},
      {"cdl_kickingbylength", 100, kicking},
      {"cdl_kickingbylength", -100, {{107, 107, 100, 100}, {108, 112, 108, 112}}},
      {"cdl_mathold",
       100,
       {{100, 106, 99, 105},
        {107, 108, 105, 106},
        {105.5, 106, 104, 104.5},
        {104.5, 105, 103, 103.5},
        {104, 110, 103, 109}}},
      {"cdl_morningdojistar", 100, {{105, 106, 99, 100}, {98, 99, 97, 98}, {99, 104, 98, 103}}},
      {"cdl_risefall3methods", 100, methods},
      {"cdl_risefall3methods", -100, mirrored(methods)},
  };
  for (const auto& [name, expected, drawn] : examples) {
    EXPECT_EQ(shown(name, drawn), expected) << name;
    // With another last kline it is no such pattern.
    std::vector<Kline> other = drawn;
    other.back() = {50, 50, 50, 50};
    EXPECT_EQ(shown(name, other), 0) << name;
  }
}

TEST(Pivots, EqualANaiveSearch) {
  auto random = seeded("Pivots.EqualANaiveSearch");
  for (uint64_t round = 0; round < rounds(50); ++round) {
    const std::vector<Kline> series = walk(random, 150, 1);
    const size_t left = 1 + random() % 6;
    const size_t right = 1 + random() % 6;
    for (const bool high : {true, false}) {
      const auto price = [&](size_t i) { return high ? series[i].high : -series[i].low; };
      const Outputs outputs = batch(high ? "pivot_high" : "pivot_low",
                                    {static_cast<double>(left), static_cast<double>(right)}, series);
      double value = kUnknown;
      double bars = kUnknown;
      for (size_t i = 0; i < series.size(); ++i) {
        bars += 1;
        if (i >= left + right) {
          const size_t at = i - right;
          bool pivot = true;
          for (size_t k = at - left; k < at; ++k) pivot = pivot && price(k) < price(at);
          for (size_t k = at + 1; k <= i; ++k) pivot = pivot && price(k) <= price(at);
          if (pivot) {
            value = high ? series[at].high : series[at].low;
            bars = static_cast<double>(right);
          }
        }
        ASSERT_TRUE(same(outputs[i], {value, bars})) << "left " << left << " right " << right << " at " << i;
      }
    }
  }
}

TEST(HeikinAshi, EqualsItsDefinition) {
  auto random = seeded("HeikinAshi.EqualsItsDefinition");
  const std::vector<Kline> series = walk(random, 200, 0.01);
  const Outputs opens = batch("ha_open", {}, series);
  const Outputs highs = batch("ha_high", {}, series);
  const Outputs lows = batch("ha_low", {}, series);
  const Outputs closes = batch("ha_close", {}, series);
  double open = (series[0].open + series[0].close) / 2;
  for (size_t i = 0; i < series.size(); ++i) {
    const Kline& kline = series[i];
    const double close = (kline.open + kline.high + kline.low + kline.close) / 4;
    EXPECT_EQ(opens[i][0], open);
    EXPECT_EQ(highs[i][0], std::max({kline.high, open, close}));
    EXPECT_EQ(lows[i][0], std::min({kline.low, open, close}));
    EXPECT_EQ(closes[i][0], close);
    open = (open + close) / 2;
  }
}

}  // namespace
}  // namespace tickscan::indicator
