// Numbers at the edge, for every row of the table: in each input, at each phase of an indicator's life, in `update`
// and in `peek`, no output is ever infinite, and none is lost for good.
//
// A number that is not usable (not finite, or beyond kLargest) restarts the lane: unknown at once, and afterwards bit
// by bit a run that began with the next kline. A usable one, however odd, gives peek and update the same outputs and
// leaves nothing behind that is not finite.
#include <cfloat>

#include "indicator/one_vector.h"

namespace tickscan::indicator::testing {
namespace {

constexpr double kInfinite = HUGE_VAL;
constexpr double kUnusable[] = {kInfinite, -kInfinite, kUnknown,     1e308,
                                -1e308,    DBL_MAX,    2 * kLargest, -2 * kLargest};
constexpr double kUsable[] = {kLargest, -kLargest, 5e-324, -5e-324, DBL_MIN, 1e-300, 1e-160,
                              0.0,      -0.0,      -3.25,  -1e100,  1e100,   1e30,   1e-30};
constexpr size_t kAfter = 12;

// A good series without a gap, and never without volume or movement.
const std::vector<Kline>& good() {
  static const std::vector<Kline> series = [] {
    std::vector<Kline> all = make_series(Shape::walk, 1200, 41);
    for (Kline& kline : all) {
      kline.volume += 1;
      kline.high += 0.25;
      kline.low -= 0.25;
    }
    return all;
  }();
  return series;
}

void put(Kline& kline, std::string_view input, double value) {
  if (input == "open") kline.open = value;
  if (input == "high") kline.high = value;
  if (input == "low") kline.low = value;
  if (input == "close") kline.close = value;
  if (input == "volume") kline.volume = value;
}

// What a case does: the kline at `phase` gets `value` in one of the row's inputs, or in all.
struct Case {
  size_t phase;
  size_t input;
  double value;
};

Kline bad_kline(const Indicator& row, const Case& one) {
  Kline kline = good()[one.phase];
  for (size_t i = 0; i < row.inputs.size(); ++i) {
    if (one.input == i || one.input == row.inputs.size()) put(kline, row.inputs[i], one.value);
  }
  return kline;
}

std::vector<size_t> phases_of(uint32_t lookback) {
  std::vector<size_t> phases{0, 1, lookback / 2, lookback, lookback + 1, lookback + 7};
  if (lookback > 0) phases.push_back(lookback - 1);
  return phases;
}

void expect_no_infinity(const std::vector<double>& outputs) {
  for (const double output : outputs) ASSERT_FALSE(std::isinf(output));
}

void expect_same(const std::vector<double>& a, const std::vector<double>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << i << ": " << a[i] << ", " << b[i];
  }
}

void peek_and_update(Block& block, const Kline& kline, std::vector<double>& peeked) {
  block.set(0, kline);
  block.peek(lane_bit(0));
  peeked = block.outputs(0);
  block.update(lane_bit(0));
}

void expect_restart(const Indicator& row, const std::vector<double>& params, const Case& one) {
  Block block(row, params);
  for (size_t i = 0; i < one.phase; ++i) block.update_lane(0, good()[i]);
  std::vector<double> peeked;
  peek_and_update(block, bad_kline(row, one), peeked);
  for (const double output : peeked) ASSERT_TRUE(std::isnan(output)) << "peek gave " << output;
  for (const double output : block.outputs(0)) ASSERT_TRUE(std::isnan(output)) << "update gave " << output;
  Block fresh(row, params);
  for (size_t i = one.phase + 1; i <= one.phase + 1 + block.lookback() + kAfter; ++i) {
    peek_and_update(block, good()[i], peeked);
    fresh.update_lane(0, good()[i]);
    expect_same(block.outputs(0), fresh.outputs(0));
    expect_same(block.outputs(0), peeked);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

void expect_survival(const Indicator& row, const std::vector<double>& params, const Case& one) {
  Block block(row, params);
  for (size_t i = 0; i < one.phase; ++i) block.update_lane(0, good()[i]);
  std::vector<double> peeked;
  peek_and_update(block, bad_kline(row, one), peeked);
  expect_same(block.outputs(0), peeked);
  expect_no_infinity(block.outputs(0));
  const size_t end = one.phase + 1 + block.lookback() + kAfter;
  for (size_t i = one.phase + 1; i <= end; ++i) {
    peek_and_update(block, good()[i], peeked);
    expect_same(block.outputs(0), peeked);
    expect_no_infinity(block.outputs(0));
    if (::testing::Test::HasFatalFailure()) return;
  }
  // What is 2^50 times the prices leaves a rounding error of its own size in a window's sums, 2^-106 of it.
  if (std::fabs(one.value) > 1e15) return;
  const bool pivots = row.name.starts_with("pivot_");
  for (const double output : block.outputs(0)) {
    ASSERT_TRUE(std::isfinite(output) || pivots) << "no output is left at kline " << end;
  }
}

void expect_sound_at_the_edges(const Indicator& row, const std::vector<double>& params) {
  SCOPED_TRACE(named(row, params));
  for (const size_t phase : phases_of(row.kernel->lookback(params.data()))) {
    for (size_t input = 0; input <= row.inputs.size(); ++input) {
      if (input == 1 && row.inputs.size() == 1) continue;
      SCOPED_TRACE("input " + std::to_string(input) + " at " + std::to_string(phase));
      for (const double value : kUnusable) {
        SCOPED_TRACE(value);
        expect_restart(row, params, {phase, input, value});
        if (::testing::Test::HasFatalFailure()) return;
      }
      for (const double value : kUsable) {
        SCOPED_TRACE(value);
        expect_survival(row, params, {phase, input, value});
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST(Edges, EveryRowSurvivesOddNumbersAndRestartsAfterUnusableOnes) {
  for (const Indicator& row : indicators()) {
    std::vector<double> params;
    for (const Param& param : row.params) params.push_back(std::min(param.default_value, 9.0));
    expect_sound_at_the_edges(row, params);
  }
}

TEST(Edges, SoDoTheChosenAverages) {
  for (double type = 1; type <= 8; ++type) {
    expect_sound_at_the_edges(row_of("stoch"), {4, 3, type, 3, type});
    expect_sound_at_the_edges(row_of("bbands"), {5, 2, 2, type});
  }
}

}  // namespace
}  // namespace tickscan::indicator::testing
