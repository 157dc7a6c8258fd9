// The averages that `ma_type` chooses and that TA-Lib's vectors do not reach: 7, mama, against Ehlers' formulas with
// TA-Lib's start written down over whole arrays, without rings or halves that take turns; 8, t3, against its own row.
#include <array>
#include <cmath>
#include <numbers>

#include "indicator/one_vector.h"

namespace tickscan::indicator::testing {
namespace {

// One Hilbert transform over a series in which every other value belongs together: 0.0962 x + 0.5769 x[2] −
// 0.5769 x[4] − 0.0962 x[6], each before the series' start being 0.
double hilbert(const std::vector<double>& x, size_t at, size_t start, double adjustment) {
  const auto before = [&](size_t k) { return at >= start + k ? x[at - k] : 0.0; };
  return (0.0962 * before(0) + 0.5769 * before(2) - 0.5769 * before(4) - 0.0962 * before(6)) * adjustment;
}

std::vector<double> naive_mama(const std::vector<double>& price) {
  constexpr size_t kStart = 12;
  const size_t n = price.size();
  std::vector<double> smooth(n), detrender(n), q1(n), i1(n), ji(n), jq(n), i2(n), q2(n), re(n), im(n),
      period(n), phase(n), mama(n, kUnknown);
  double value = 0;
  for (size_t t = kStart; t < n; ++t) {
    const double last_period = t > kStart ? period[t - 1] : 0;
    const double adjustment = 0.075 * last_period + 0.54;
    smooth[t] = (4 * price[t] + 3 * price[t - 1] + 2 * price[t - 2] + price[t - 3]) / 10;
    detrender[t] = hilbert(smooth, t, kStart, adjustment);
    q1[t] = hilbert(detrender, t, kStart, adjustment);
    i1[t] = t >= kStart + 3 ? detrender[t - 3] : 0;
    ji[t] = hilbert(i1, t, kStart, adjustment);
    jq[t] = hilbert(q1, t, kStart, adjustment);
    const size_t last = t - 1;
    i2[t] = 0.2 * (i1[t] - jq[t]) + 0.8 * i2[last];
    q2[t] = 0.2 * (q1[t] + ji[t]) + 0.8 * q2[last];
    phase[t] = i1[t] != 0 ? std::atan(q1[t] / i1[t]) * 180 / std::numbers::pi : 0;
    const double moved = std::max(phase[last] - phase[t], 1.0);
    const double alpha = std::max(0.5 / moved, 0.05);
    value = alpha * price[t] + (1 - alpha) * value;
    if (t >= 32) mama[t] = value;
    re[t] = 0.2 * (i2[t] * i2[last] + q2[t] * q2[last]) + 0.8 * re[last];
    im[t] = 0.2 * (i2[t] * q2[last] - q2[t] * i2[last]) + 0.8 * im[last];
    double now = last_period;
    if (im[t] != 0 && re[t] != 0) now = 360 / (std::atan(im[t] / re[t]) * 180 / std::numbers::pi);
    if (now > 1.5 * last_period) now = 1.5 * last_period;
    if (now < 0.67 * last_period) now = 0.67 * last_period;
    period[t] = 0.2 * std::min(std::max(now, 6.0), 50.0) + 0.8 * last_period;
  }
  return mama;
}

TEST(ChosenAverage, MamaIsTaLibsWithItsLookback) {
  for (const uint32_t seed : {1U, 2U, 3U}) {
    const std::vector<Kline> series = make_series(Shape::walk, 600, seed);
    std::vector<double> closes;
    for (const Kline& kline : series) closes.push_back(kline.close);
    const std::vector<double> expected = naive_mama(closes);
    const std::vector<double> middle = values("bbands", {5, 2, 2, 7}, series);
    ASSERT_EQ(row_of("stochf").kernel->lookback(std::array{5.0, 3.0, 7.0}.data()), 36U);
    for (size_t i = 0; i < closes.size(); ++i) {
      ASSERT_EQ(std::isnan(middle[i]), i < 32) << i;
      if (i < 32) continue;
      ASSERT_NEAR(middle[i], expected[i], 1e-9 * expected[i]) << i;
    }
  }
}

TEST(ChosenAverage, MamaWaitsForTheBandsWindow) {
  const std::vector<double> middle = values("bbands", {100, 2, 2, 7}, make_series(Shape::walk, 150, 4));
  EXPECT_TRUE(std::isnan(middle[98]));
  EXPECT_TRUE(std::isfinite(middle[99]));
}

TEST(ChosenAverage, T3HasTheVolumeFactorOfItsDefault) {
  const std::vector<Kline> series = make_series(Shape::walk, 200, 5);
  const std::vector<double> chosen = values("bbands", {7, 2, 2, 8}, series);
  const std::vector<double> row = values("t3", {7, 0.7}, series);
  for (size_t i = 0; i < series.size(); ++i) ASSERT_TRUE(same(chosen[i], row[i])) << i;
}

TEST(ChosenAverage, TheSeedsOfMamaFade) {
  for (const auto& params : {std::vector<double>{20, 2, 2, 7}, std::vector<double>{5, 2, 2, 8}}) {
    expect_seed_to_fade(row_of("bbands"), params);
    expect_exact_scale(row_of("bbands"), params);
  }
}

}  // namespace
}  // namespace tickscan::indicator::testing
