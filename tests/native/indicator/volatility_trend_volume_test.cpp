// The indicators of volatility.def, trend.def and volume.def: sound on every path, and equal to fresh
// computations where TA-Lib has no such function or is wrong. (tests/node/talib.test.mjs compares the others
// with TA-Lib.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "indicator/one_vector.h"

namespace tickscan::indicator {
namespace {

using testing::Kline;
using testing::make_series;
using testing::Shape;
using Params = std::vector<double>;
using Series = std::vector<Kline>;
using Results = std::vector<std::vector<double>>;  // by kline, by output

constexpr Shape kFinite[] = {Shape::walk, Shape::flat, Shape::tiny};

Results run(const char* name, const Params& params, const Series& series) {
  return testing::batch(testing::row_of(name), params, series);
}

TEST(VolatilityTrendVolume, EveryRowIsSound) {
  for (const char* name : {"tr",
                           "atr",
                           "natr",
                           "bbands",
                           "stddev",
                           "keltner",
                           "donchian",
                           "supertrend",
                           "sar",
                           "adx",
                           "adxr",
                           "dx",
                           "plus_di",
                           "minus_di",
                           "plus_dm",
                           "minus_dm",
                           "aroon",
                           "aroonosc",
                           "ichimoku",
                           "linearreg",
                           "linearreg_slope",
                           "linearreg_intercept",
                           "correl",
                           "beta",
                           "obv",
                           "ad",
                           "adosc",
                           "cmf"}) {
    testing::expect_sound(name);
  }
}

// A variance scales by the square, an angle in no simple way: all but the scale holds for them.
TEST(VolatilityTrendVolume, VarianceAndAngleAreSound) {
  for (const char* name : {"var", "linearreg_angle"}) {
    const Indicator& row = testing::row_of(name);
    uint32_t seed = 1;
    for (const Params& params : testing::param_sets(row)) {
      SCOPED_TRACE(testing::named(row, params));
      testing::expect_all_paths_equal(row, params, seed++);
      testing::expect_first_output_at_lookback(row, params);
    }
  }
  Series series = make_series(Shape::walk, 300, 2);
  const Results plain = run("var", {9, 1}, series);
  for (Kline& kline : series) kline.close = std::ldexp(kline.close, -20);
  const Results scaled = run("var", {9, 1}, series);
  for (size_t i = 8; i < plain.size(); ++i) ASSERT_EQ(scaled[i][0], std::ldexp(plain[i][0], -40));
}

// The other averages of bbands, which have lookbacks of their own.
TEST(VolatilityTrendVolume, BollingerBandsAreSoundWithEachAverage) {
  const Indicator& row = testing::row_of("bbands");
  for (double type = 0; type <= 6; ++type) {
    const Params params{6, 2, 1, type};
    SCOPED_TRACE(testing::named(row, params));
    testing::expect_all_paths_equal(row, params, 4);
    testing::expect_first_output_at_lookback(row, params);
    testing::expect_exact_scale(row, params);
  }
}

struct Statistics {
  long double mean, variance, slope, correlation, beta;
};

// Two passes over the `period` klines that end at `last`, in long double.
Statistics fresh(const Series& series, size_t last, size_t period) {
  const auto n = static_cast<long double>(period);
  long double x = 0, y = 0, return_x = 0, return_y = 0;
  const auto change = [&](size_t i, double Kline::*price) {
    return static_cast<long double>((series[i].*price - series[i - 1].*price) / series[i - 1].*price);
  };
  for (size_t i = last + 1 - period; i <= last; ++i) {
    x += series[i].close / n;
    y += series[i].high / n;
    if (i == 0) continue;
    return_x += change(i, &Kline::close) / n;
    return_y += change(i, &Kline::high) / n;
  }
  long double xx = 0, yy = 0, xy = 0, tt = 0, tx = 0, rxx = 0, rxy = 0;
  for (size_t i = last + 1 - period; i <= last; ++i) {
    const long double dx = series[i].close - x;
    const long double dy = series[i].high - y;
    const long double dt = static_cast<long double>(i) - (static_cast<long double>(last) - (n - 1) / 2);
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
    tt += dt * dt;
    tx += dt * dx;
    if (i == 0) continue;
    const long double rx = change(i, &Kline::close) - return_x;
    rxx += rx * rx;
    rxy += rx * (change(i, &Kline::high) - return_y);
  }
  return {x, xx / n, tx / tt, xy / (std::sqrt(xx) * std::sqrt(yy)), rxy / rxx};
}

void expect_statistics(const Series& series, uint32_t period) {
  const auto p = static_cast<double>(period);
  const auto one = [&](const char* name, const Params& params) { return run(name, params, series); };
  const Results stddev = one("stddev", {p, 1});
  const Results var = one("var", {p, 1});
  const Results bands = one("bbands", {p, 2, 2, 0});
  const Results line = one("linearreg", {p});
  const Results slope = one("linearreg_slope", {p});
  const Results start = one("linearreg_intercept", {p});
  const Results angle = one("linearreg_angle", {p});
  const Results correl = one("correl", {p});
  const Results beta = one("beta", {p});
  for (size_t i = size_t{period}; i < series.size(); ++i) {
    const Statistics s = fresh(series, i, period);
    const auto deviation = static_cast<double>(std::sqrt(s.variance));
    const auto half = static_cast<long double>(p - 1) / 2;
    const auto near = [&](const char* what, double ours, long double exact, long double size) {
      ASSERT_NEAR(ours, static_cast<double>(exact), 1e-9 * static_cast<double>(size)) << what << " at " << i;
    };
    near("stddev", stddev[i][0], deviation, deviation);
    near("var", var[i][0], s.variance, s.variance);
    near("middle", bands[i][0], s.mean, s.mean);
    near("upper", bands[i][1], s.mean + 2 * deviation, s.mean);
    near("lower", bands[i][2], s.mean - 2 * deviation, s.mean);
    near("width", bands[i][4], 4 * deviation / s.mean, 4 * deviation / s.mean);
    near("percent_b", bands[i][3], (series[i].close - (s.mean - 2 * deviation)) / (4 * deviation), 1);
    // A slope may be 0 by cancelling: its error is measured against the deviation.
    near("slope", slope[i][0], s.slope, deviation);
    near("line", line[i][0], s.mean + s.slope * half, s.mean);
    near("start", start[i][0], s.mean - s.slope * half, s.mean);
    near("angle", angle[i][0], std::atan(s.slope) * 180 / std::numbers::pi_v<long double>, 60 * deviation);
    near("correl", correl[i][0], s.correlation, 1);
    near("beta", beta[i][0], s.beta, std::fabs(s.beta) + 1);
  }
}

TEST(VolatilityTrendVolume, StatisticsAreThoseOfTwoPasses) {
  for (const Shape shape : {Shape::walk, Shape::tiny}) {
    // (Two values in a window of two may be equal: that is tested below.)
    for (const uint32_t period : {5U, 20U, 77U}) {
      expect_statistics(make_series(shape, 1000, period), period);
    }
  }
}

TEST(VolatilityTrendVolume, EqualInputsHaveNoSpread) {
  for (const double price : {0.1, 0.00000537, 68123.45, 1e-12}) {
    Series series = make_series(Shape::walk, 200, 6);
    for (size_t i = 100; i < 200; ++i) series[i] = {price, price, price, price, 1};
    const std::pair<const char*, Params> zero[] = {
        {"stddev", {33, 1}}, {"var", {33, 1}}, {"linearreg_slope", {33}}, {"correl", {33}}, {"beta", {33}}};
    for (const auto& [name, params] : zero) {
      const Results results = run(name, params, series);
      for (size_t i = 133; i < 200; ++i) ASSERT_EQ(results[i][0], 0) << name << " " << price;
    }
    const Results bands = run("bbands", {33, 2, 2, 0}, series);
    const Results line = run("linearreg", {33}, series);
    for (size_t i = 133; i < 200; ++i) {
      for (size_t k = 0; k < 3; ++k) ASSERT_EQ(bands[i][k], price);
      ASSERT_EQ(line[i][0], price);
    }
  }
}

TEST(VolatilityTrendVolume, ChannelsAreThoseOfAScan) {
  for (const Shape shape : kFinite) {
    const Series series = make_series(shape, 400, 5);
    const auto highest = [&](size_t last, size_t n) {
      size_t best = last;
      for (size_t i = last + 1 - n; i <= last; ++i) {
        if (series[i].high > series[best].high || (series[i].high == series[best].high && i > best)) best = i;
      }
      return best;
    };
    const auto lowest = [&](size_t last, size_t n) {
      size_t best = last;
      for (size_t i = last + 1 - n; i <= last; ++i) {
        if (series[i].low < series[best].low || (series[i].low == series[best].low && i > best)) best = i;
      }
      return best;
    };
    const auto middle = [&](size_t last, size_t n) {
      return (series[highest(last, n)].high + series[lowest(last, n)].low) / 2;
    };
    const Results donchian = run("donchian", {13}, series);
    const Results aroon = run("aroon", {14}, series);
    const Results ichimoku = run("ichimoku", {9, 26, 52, 26}, series);
    for (size_t i = 76; i < series.size(); ++i) {
      ASSERT_EQ(donchian[i][0], middle(i, 13));
      ASSERT_EQ(donchian[i][1], series[highest(i, 13)].high);
      ASSERT_EQ(donchian[i][2], series[lowest(i, 13)].low);
      ASSERT_EQ(aroon[i][0], 100.0 / 14 * (14 - static_cast<double>(i - lowest(i, 15))));
      ASSERT_EQ(aroon[i][1], 100.0 / 14 * (14 - static_cast<double>(i - highest(i, 15))));
      ASSERT_EQ(ichimoku[i][0], middle(i, 9));
      ASSERT_EQ(ichimoku[i][1], middle(i, 26));
      ASSERT_EQ(ichimoku[i][2], (middle(i - 25, 9) + middle(i - 25, 26)) / 2);
      ASSERT_EQ(ichimoku[i][3], middle(i - 25, 52));
      ASSERT_EQ(ichimoku[i][4], series[i].close);
    }
  }
}

TEST(VolatilityTrendVolume, KeltnerIsAnAverageAndItsRanges) {
  const Series series = make_series(Shape::walk, 300, 6);
  const Results keltner = run("keltner", {20, 1.5, 10}, series);
  const Results atr = run("atr", {10}, series);
  double average = 0;
  for (size_t i = 0; i < 20; ++i) average += series[i].close / 20;
  for (size_t i = 19; i < series.size(); ++i) {
    if (i > 19) average += (series[i].close - average) * 2 / 21;
    ASSERT_NEAR(keltner[i][0], average, 1e-9);
    ASSERT_NEAR(keltner[i][1], average + 1.5 * atr[i][0], 1e-9);
    ASSERT_NEAR(keltner[i][2], average - 1.5 * atr[i][0], 1e-9);
  }
}

// The definition, kept as whole arrays of bands.
TEST(VolatilityTrendVolume, SupertrendFollowsItsDefinition) {
  for (const Shape shape : kFinite) {
    const Series series = make_series(shape, 500, 5);
    const Results results = run("supertrend", {10, 3}, series);
    const Results atr = run("atr", {10}, series);
    std::vector<double> upper(series.size()), lower(series.size()), line(series.size());
    bool turned = false;
    for (size_t i = 10; i < series.size(); ++i) {
      const double middle = (series[i].high + series[i].low) / 2;
      upper[i] = middle + 3 * atr[i][0];
      lower[i] = middle - 3 * atr[i][0];
      bool rises = false;
      if (i > 10) {
        const double before = series[i - 1].close;
        if (!(upper[i] < upper[i - 1] || before > upper[i - 1])) upper[i] = upper[i - 1];
        if (!(lower[i] > lower[i - 1] || before < lower[i - 1])) lower[i] = lower[i - 1];
        const bool fell = results[i - 1][1] < 0;
        rises = fell ? series[i].close > upper[i] : series[i].close >= lower[i];
        turned = turned || rises == fell;
      }
      line[i] = rises ? lower[i] : upper[i];
      ASSERT_EQ(results[i][0], line[i]) << i;
      ASSERT_EQ(results[i][1], rises ? 1 : -1) << i;
    }
    if (shape != Shape::flat) {
      EXPECT_TRUE(turned);
    }
  }
}

TEST(VolatilityTrendVolume, MoneyFlowIsTheFreshRatio) {
  for (const Shape shape : kFinite) {
    const Series series = make_series(shape, 500, 5);
    const Results results = run("cmf", {6}, series);
    for (size_t i = 5; i < series.size(); ++i) {
      double flow = 0, volume = 0;
      for (size_t k = i - 5; k <= i; ++k) {
        const Kline& one = series[k];
        const double range = one.high - one.low;
        volume += one.volume;
        if (range > 0) flow += ((one.close - one.low) - (one.high - one.close)) / range * one.volume;
      }
      if (volume == 0) {
        ASSERT_NE(results[i][0], results[i][0]);
      } else {
        ASSERT_NEAR(results[i][0], flow / volume, 1e-9) << i;
      }
    }
  }
}

// Long standstills end in zeros, not in subnormal noise, and the next movement counts in full.
TEST(VolatilityTrendVolume, AStandstillDoesNotDisturbTheDirectionalIndexes) {
  Series series = make_series(Shape::walk, 100, 6);
  const double adx_before = run("adx", {14}, series)[99][0];
  const double dx_before = run("dx", {14}, series)[99][0];
  const double price = series.back().close;
  for (int i = 0; i < 20000; ++i) series.push_back({price, price, price, price, 0});
  series.push_back({price, price + 1, price, price + 1, 1});
  const Results adx = run("adx", {14}, series);
  const Results dx = run("dx", {14}, series);
  ASSERT_GT(adx_before, 0);
  ASSERT_GT(dx_before, 0);
  ASSERT_NEAR(dx[20099][0], dx[150][0], 1e-9);
  ASSERT_NEAR(adx[20099][0], dx[150][0], 1e-9);
  ASSERT_EQ(run("plus_di", {14}, series)[20100][0], 100);
  ASSERT_EQ(run("minus_di", {14}, series)[20100][0], 0);
  ASSERT_EQ(dx[20100][0], 100);
  ASSERT_LE(adx[20100][0], 100);
}

}  // namespace
}  // namespace tickscan::indicator
