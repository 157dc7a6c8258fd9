// No drift, for every row of the table: after a million klines an indicator still gives what a fresh run over the
// last of them gives, to 1e-9 of it; and one that adds up since the start what 113-bit arithmetic gives.
//
// Prices rise and fall by a factor of a million every 4099 klines and are no multiples of a power of two, and the
// run ends in a trough: a sum in plain doubles would end with an error of about 1e-7 that the peaks have left.
#include <numbers>

#include "indicator/one_vector.h"

namespace tickscan::indicator::testing {
namespace {

constexpr size_t kCount = 1'000'000;
constexpr size_t kCycle = 4099;

std::vector<Kline> waves() {
  std::vector<Kline> series = make_series(Shape::walk, kCycle, 5);
  for (size_t i = 0; i < kCycle; ++i) {
    // The last of all klines lies in the middle of a trough.
    const double turn = static_cast<double>(i + kCycle - (kCount - 1) % kCycle) / kCycle;
    const double factor = std::pow(10.0, -3 * std::cos(2 * std::numbers::pi * turn)) / 3;
    Kline& kline = series[i];
    for (double Kline::*price : {&Kline::open, &Kline::high, &Kline::low, &Kline::close})
      kline.*price *= factor;
    kline.volume /= 7;
  }
  return series;
}

// A kernel that is stepped in one lane, and its inputs laid out so that nothing else costs time.
class Run {
 public:
  Run(const Indicator& row, const std::vector<double>& params, const std::vector<Kline>& cycle)
      : row_(row), params_(params), state_(row.kernel->state_bytes(params_.data()) / sizeof(double)) {
    for (const std::string_view name : row.inputs) {
      std::vector<double>& column = columns_.emplace_back();
      for (const Kline& kline : cycle) column.push_back(field(kline, name));
    }
    for (uint32_t i = 0; i < kMaxOutputs; ++i) pointers_[i] = outputs_[i];
    row.kernel->reset(state_.data(), params_.data(), kAllLanes);
  }

  // The outputs after klines first … kCount − 1 of the endless repetition of the cycle.
  std::vector<double> from(size_t first) {
    row_.kernel->reset(state_.data(), params_.data(), lane_bit(0));
    const double* inputs[kMaxInputs] = {};
    for (size_t kline = first; kline < kCount; ++kline) {
      for (size_t i = 0; i < columns_.size(); ++i) inputs[i] = columns_[i].data() + kline % kCycle;
      row_.kernel->update(state_.data(), params_.data(), inputs, lane_bit(0), pointers_);
    }
    std::vector<double> all;
    for (size_t i = 0; i < row_.outputs.size(); ++i) all.push_back(outputs_[i][0]);
    return all;
  }

 private:
  const Indicator& row_;
  std::vector<double> params_;
  std::vector<double> state_;
  std::vector<std::vector<double>> columns_;
  double outputs_[kMaxOutputs][kLanes] = {};
  double* pointers_[kMaxOutputs];
};

using Quad = __float128;

// The rows that never forget, as 113-bit sums over all klines.
double since_the_start(std::string_view name, const std::vector<double>& params,
                       const std::vector<Kline>& cycle) {
  Quad sum = 0;
  Quad volume = 0;
  Quad fast = 0;
  Quad slow = 0;
  double before = 0;
  for (size_t i = 0; i < kCount; ++i) {
    const Kline& k = cycle[i % kCycle];
    volume += k.volume;
    if (name == "obv") {
      sum += i == 0 || k.close > before ? Quad{k.volume} : k.close < before ? -Quad{k.volume} : Quad{0};
      before = k.close;
    } else if (name == "vwap") {
      sum += (Quad{k.high} + k.low + k.close) / 3 * k.volume;
    } else if (k.high > k.low) {
      sum += ((Quad{k.close} - k.low) - (Quad{k.high} - k.close)) / (Quad{k.high} - k.low) * k.volume;
    }
    if (name == "adosc") {
      fast = i == 0 ? sum : fast + (sum - fast) * 2 / (params[0] + 1);
      slow = i == 0 ? sum : slow + (sum - slow) * 2 / (params[1] + 1);
    }
  }
  if (name == "adosc") return static_cast<double>(fast - slow);
  return static_cast<double>(name == "vwap" ? sum / volume : sum);
}

bool never_forgets(std::string_view name, const std::vector<double>& params) {
  return name == "obv" || name == "ad" || name == "adosc" || (name == "vwap" && params[0] == 0);
}

void expect_no_drift(const Indicator& row, const std::vector<double>& params) {
  SCOPED_TRACE(named(row, params));
  static const std::vector<Kline> cycle = waves();
  Run run(row, params, cycle);
  const std::vector<double> all = run.from(0);
  std::vector<double> fresh;
  if (never_forgets(row.name, params)) {
    fresh.push_back(since_the_start(row.name, params, cycle));
  } else {
    // Seeds must fade below 1e-9 of what is left in the trough; stops and pivots meet within some hundred klines.
    const size_t settled =
        row.kernel->lookback(params.data()) + 3 * size_t{row.unstable_period(params.data())};
    const bool remembers = row.unstable_period(params.data()) != 0 || row.name == "sar" ||
                           row.name == "supertrend" || row.name.starts_with("pivot_");
    fresh = run.from(kCount - 1 - settled - (remembers ? 2500 : 0));
  }
  for (size_t i = 0; i < fresh.size(); ++i) {
    EXPECT_NEAR(all[i], fresh[i], 1e-9 * std::fabs(fresh[i])) << row.outputs[i];
    EXPECT_TRUE(std::isfinite(fresh[i])) << row.outputs[i];
  }
}

std::vector<double> defaults_of(const Indicator& row) {
  std::vector<double> params;
  for (const Param& param : row.params) params.push_back(param.default_value);
  return params;
}

// In three parts, which run beside each other.
void expect_no_drift_of_each(size_t part) {
  const auto rows = indicators();
  for (size_t i = part; i < rows.size(); i += 3) expect_no_drift(rows[i], defaults_of(rows[i]));
}

TEST(Drift, NoneInTheFirstThirdOfTheTable) { expect_no_drift_of_each(0); }
TEST(Drift, NoneInTheSecondThirdOfTheTable) { expect_no_drift_of_each(1); }
TEST(Drift, NoneInTheLastThirdOfTheTable) { expect_no_drift_of_each(2); }

TEST(Drift, NoneWithEachChosenAverageAndOtherWindows) {
  for (double type = 0; type <= 8; ++type) expect_no_drift(row_of("bbands"), {20, 2, 2, type});
  expect_no_drift(row_of("vwap"), {7});
  expect_no_drift(row_of("cci"), {200});
}

}  // namespace
}  // namespace tickscan::indicator::testing
