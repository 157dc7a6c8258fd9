// Momentum: all paths to the same bits, and fresh computations where TA-Lib's vectors say nothing.
#include <cmath>
#include <span>

#include "indicator/one_vector.h"

namespace tickscan::indicator::testing {
namespace {

constexpr std::string_view kNames[] = {
#define TICKSCAN_INDICATOR(name, ...) #name,
#include "indicator/momentum.def"
#undef TICKSCAN_INDICATOR
};

TEST(Momentum, OneVectorAllPaths) {
  for (const std::string_view name : kNames) expect_sound(name);
}

TEST(Momentum, TheSeedFadesWithinTheUnstablePeriod) {
  for (const std::string_view name : kNames) {
    for (const auto& params : param_sets(row_of(name))) expect_seed_to_fade(row_of(name), params);
  }
}

double highest(std::span<const Kline> window) {
  double value = window[0].high;
  for (const Kline& kline : window) value = std::max(value, kline.high);
  return value;
}
double lowest(std::span<const Kline> window) {
  double value = window[0].low;
  for (const Kline& kline : window) value = std::min(value, kline.low);
  return value;
}

TEST(Momentum, ExtremesAreThoseOfTheWindow) {
  for (const Shape shape : {Shape::walk, Shape::tiny, Shape::flat}) {
    const auto series = make_series(shape, 500, 31);
    for (const size_t period : {2U, 3U, 14U, 64U}) {
      const auto willr = values("willr", {static_cast<double>(period)}, series);
      for (size_t i = period - 1; i < series.size(); ++i) {
        const auto window = std::span(series).subspan(i + 1 - period, period);
        const double range = (highest(window) - lowest(window)) / -100.0;
        EXPECT_EQ(willr[i], range == 0 ? 0 : (highest(window) - series[i].close) / range);
      }
    }
  }
}

// Tiny prices and volumes: flows far below 1.0, where TA-Lib 0.6 gives 0.
TEST(Momentum, MoneyFlowOfTinyPricesIsThatOfTheWindow) {
  const auto series = make_series(Shape::tiny, 300, 32);
  const auto mfi = values("mfi", {9}, series);
  const auto typical = [&](size_t i) { return (series[i].high + series[i].low + series[i].close) / 3; };
  for (size_t i = 9; i < series.size(); ++i) {
    double in = 0;
    double out = 0;
    for (size_t at = i - 8; at <= i; ++at) {
      const double flow = typical(at) * series[at].volume;
      if (typical(at) > typical(at - 1)) in += flow;
      if (typical(at) < typical(at - 1)) out += flow;
    }
    EXPECT_NEAR(mfi[i], in + out == 0 ? 0 : 100 * in / (in + out), 1e-11);
  }
}

// The deviation by bisection against a plain sum over the window.
TEST(Momentum, ChannelIndexIsThatOfTheWindow) {
  for (const Shape shape : {Shape::walk, Shape::tiny, Shape::flat}) {
    const auto series = make_series(shape, 700, 38);
    const auto typical = [&](size_t i) { return (series[i].high + series[i].low + series[i].close) / 3; };
    for (const size_t period : {2U, 3U, 14U, 101U}) {
      const auto cci = values("cci", {static_cast<double>(period)}, series);
      for (size_t i = period - 1; i < series.size(); ++i) {
        __float128 sum = 0;
        for (size_t at = i + 1 - period; at <= i; ++at) sum += typical(at);
        const auto mean = static_cast<double>(sum / static_cast<__float128>(period));
        __float128 deviation = 0;
        for (size_t at = i + 1 - period; at <= i; ++at) deviation += std::fabs(typical(at) - mean);
        const double distance = typical(i) - mean;
        const double want =
            distance == 0
                ? 0
                : distance / (0.015 * (static_cast<double>(deviation) / static_cast<double>(period)));
        EXPECT_NEAR(cci[i], want, 1e-12 * std::fabs(want)) << period << " at " << i;
      }
    }
  }
}

TEST(Momentum, AWindowWithoutFlowIsExactlyZero) {
  auto series = make_series(Shape::walk, 60, 33);
  for (size_t i = 0; i < 20; ++i) series.push_back({0.1, 0.1, 0.1, 0.1, 7});
  EXPECT_EQ(values("mfi", {9}, series).back(), 0);
  EXPECT_EQ(values("cci", {9}, series).back(), 0);
  EXPECT_EQ(values("bop", {}, series).back(), 0);
}

TEST(Momentum, AwesomeIsTheDifferenceOfMiddles) {
  const auto series = make_series(Shape::walk, 200, 34);
  const auto ao = values("ao", {5, 34}, series);
  const auto swapped = values("ao", {34, 5}, series);
  for (size_t i = 33; i < series.size(); ++i) {
    const auto mean = [&](size_t n) {
      double sum = 0;
      for (size_t at = i + 1 - n; at <= i; ++at) sum += (series[at].high + series[at].low) / 2;
      return sum / static_cast<double>(n);
    };
    EXPECT_NEAR(ao[i], mean(5) - mean(34), 1e-12);
    EXPECT_EQ(ao[i], swapped[i]);
  }
}

// TA-Lib's alignment: macdext with EMAs is macd, and periods in the wrong order are swapped with their types.
TEST(Momentum, MacdWithExponentialAveragesIsMacd) {
  const auto series = make_series(Shape::walk, 200, 35);
  const auto macd = batch(row_of("macd"), {12, 26, 9}, series);
  for (const std::vector<double>& params : {std::vector<double>{12, 1, 26, 1, 9, 1}, {26, 1, 12, 1, 9, 1}}) {
    const auto extended = batch(row_of("macdext"), params, series);
    for (size_t i = 0; i < series.size(); ++i) {
      for (size_t output = 0; output < 3; ++output)
        EXPECT_TRUE(same(macd[i][output], extended[i][output])) << i;
    }
  }
  const auto mixed = batch(row_of("macdext"), {5, 2, 12, 3, 4, 0}, series);
  const auto swapped = batch(row_of("macdext"), {12, 3, 5, 2, 4, 0}, series);
  // dema(12) has the longer lookback, 22, and needs no alignment; wma has no memory of its start.
  const auto wma = values("wma", {5}, series);
  const auto dema = values("dema", {12}, series);
  for (size_t i = 0; i < series.size(); ++i) {
    for (size_t output = 0; output < 3; ++output)
      EXPECT_TRUE(same(mixed[i][output], swapped[i][output])) << i;
    if (i >= 25) {
      EXPECT_EQ(mixed[i][0], wma[i] - dema[i]);
    }
  }
}

TEST(Momentum, MovingAverageTypesAreTheRowsOfTheirNames) {
  const auto series = make_series(Shape::walk, 300, 36);
  const char* names[] = {"sma", "ema", "wma", "dema", "tema", "trima", "kama"};
  for (size_t type = 0; type < 7; ++type) {
    const auto fast = values(names[type], {6}, series);
    const auto slow = values(names[type], {15}, series);
    const auto apo = values("apo", {15, 6, static_cast<double>(type)}, series);
    for (size_t i = 0; i < series.size(); ++i)
      EXPECT_TRUE(same(apo[i], fast[i] - slow[i])) << names[type] << i;
  }
}

TEST(Momentum, StochasticRsiIsTheStochasticOfRsi) {
  const auto series = make_series(Shape::walk, 300, 37);
  const auto rsi = values("rsi", {14}, series);
  std::vector<Kline> of_rsi;
  for (const double value : rsi) {
    if (std::isfinite(value)) of_rsi.push_back({value, value, value, value, 0});
  }
  const auto direct = batch(row_of("stochrsi"), {14, 5, 3, 0}, series);
  const auto composed = batch(row_of("stochf"), {5, 3, 0}, of_rsi);
  for (size_t i = 14; i < series.size(); ++i) {
    EXPECT_TRUE(same(direct[i][0], composed[i - 14][0]));
    EXPECT_TRUE(same(direct[i][1], composed[i - 14][1]));
  }
}

}  // namespace
}  // namespace tickscan::indicator::testing
