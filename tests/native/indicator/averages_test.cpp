// The averages: all paths to the same bits, and fresh computations for what TA-Lib does not have.
#include <cmath>

#include "indicator/one_vector.h"

namespace tickscan::indicator::testing {
namespace {

constexpr std::string_view kNames[] = {
#define TICKSCAN_INDICATOR(name, ...) #name,
#include "indicator/averages.def"
#undef TICKSCAN_INDICATOR
};

TEST(Averages, OneVectorAllPaths) {
  for (const std::string_view name : kNames) expect_sound(name);
}

TEST(Averages, TheSeedFadesWithinTheUnstablePeriod) {
  for (const std::string_view name : kNames) {
    // A vwap since the start remembers its start for ever, and says so.
    if (name == "vwap") continue;
    for (const auto& params : param_sets(row_of(name))) expect_seed_to_fade(row_of(name), params);
  }
}

using Quad = __float128;

// The weighted mean of the n values that end at `last`, the newest weighing n.
Quad fresh_wma(const std::vector<Quad>& x, size_t last, size_t n) {
  Quad sum = 0;
  Quad weights = 0;
  for (size_t i = 0; i < n; ++i) {
    sum += static_cast<Quad>(n - i) * x[last - i];
    weights += static_cast<Quad>(n - i);
  }
  return sum / weights;
}

std::vector<Quad> closes(const std::vector<Kline>& series) {
  std::vector<Quad> all;
  for (const Kline& kline : series) all.push_back(kline.close);
  return all;
}

void expect_close(double value, Quad exact, double relative) {
  const auto want = static_cast<double>(exact);
  EXPECT_NEAR(value, want, relative * std::fabs(want));
}

TEST(Averages, WeightedIsTheFreshlyRoundedOne) {
  const auto series = make_series(Shape::walk, 400, 21);
  const auto x = closes(series);
  const auto wma = values("wma", {17}, series);
  for (size_t i = 16; i < series.size(); ++i) EXPECT_EQ(wma[i], static_cast<double>(fresh_wma(x, i, 17)));
}

TEST(Averages, HullIsWeightedAveragesOfWeightedAverages) {
  const auto series = make_series(Shape::tiny, 300, 22);
  const auto x = closes(series);
  for (const size_t n : {2U, 3U, 9U, 15U, 16U, 24U}) {
    const auto root = static_cast<size_t>(std::sqrt(static_cast<double>(n)));
    const auto hma = values("hma", {static_cast<double>(n)}, series);
    std::vector<Quad> raw(n - 1, 0);
    for (size_t i = n - 1; i < x.size(); ++i) raw.push_back(2 * fresh_wma(x, i, n / 2) - fresh_wma(x, i, n));
    for (size_t i = n + root - 2; i < x.size(); ++i) expect_close(hma[i], fresh_wma(raw, i, root), 1e-14);
  }
}

TEST(Averages, WilderStartsWithTheMean) {
  const auto series = make_series(Shape::walk, 200, 23);
  const auto x = closes(series);
  const auto rma = values("rma", {14}, series);
  const auto same_under_its_other_name = values("smma", {14}, series);
  Quad value = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    value = i < 14 ? value + x[i] / 14 : (value * 13 + x[i]) / 14;
    if (i < 13) continue;
    expect_close(rma[i], value, 1e-14);
    EXPECT_EQ(rma[i], same_under_its_other_name[i]);
  }
}

TEST(Averages, VolumeWeighted) {
  const auto series = make_series(Shape::tiny, 300, 24);
  const auto vwma = values("vwma", {6}, series);
  const auto vwap = values("vwap", {0}, series);
  const auto rolling = values("vwap", {6}, series);
  Quad all_money = 0;
  Quad all_volume = 0;
  for (size_t i = 0; i < series.size(); ++i) {
    const auto typical = [](const Kline& k) { return (k.high + k.low + k.close) / 3; };
    all_money += static_cast<Quad>(typical(series[i])) * series[i].volume;
    all_volume += series[i].volume;
    if (all_volume != 0) expect_close(vwap[i], all_money / all_volume, 1e-15);
    if (i < 5) continue;
    Quad closes_money = 0;
    Quad typical_money = 0;
    Quad volume = 0;
    for (size_t at = i - 5; at <= i; ++at) {
      closes_money += static_cast<Quad>(series[at].close) * series[at].volume;
      typical_money += static_cast<Quad>(typical(series[at])) * series[at].volume;
      volume += series[at].volume;
    }
    if (volume == 0) continue;
    expect_close(vwma[i], closes_money / volume, 1e-15);
    expect_close(rolling[i], typical_money / volume, 1e-15);
  }
}

TEST(Averages, NoVolumeIsNoValueAndVolumeBringsItBack) {
  auto series = make_series(Shape::walk, 40, 25);
  for (size_t i = 10; i < 20; ++i) series[i].volume = 0;
  for (size_t i = 20; i < 40; ++i) series[i].volume = 3;
  const auto vwma = values("vwma", {5}, series);
  for (size_t i = 14; i < 20; ++i) EXPECT_TRUE(std::isnan(vwma[i])) << i;
  for (size_t i = 20; i < 25; ++i) EXPECT_TRUE(std::isfinite(vwma[i])) << i;
  EXPECT_EQ(vwma[20], series[20].close);
}

TEST(Averages, AFlatPriceIsItsOwnAverage) {
  auto series = make_series(Shape::walk, 100, 26);
  const auto other = make_series(Shape::walk, 400, 27);
  // A price that no binary fraction equals, after others that leave the window.
  for (size_t i = 0; i < other.size(); ++i) series.push_back({0.1, 0.1, 0.1, 0.1, other[i].volume / 3});
  for (const char* name : {"sma", "wma", "trima", "hma", "vwma"}) {
    EXPECT_EQ(values(name, {12}, series).back(), 0.1) << name;
  }
}

}  // namespace
}  // namespace tickscan::indicator::testing
