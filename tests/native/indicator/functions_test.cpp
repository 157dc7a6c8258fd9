// The kernels of the language's functions: over random inputs with gaps, on sparse masks, peek says what update then
// does, and the extremes and ranks are what a fresh look at the window gives.
#include "indicator/functions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "filter/functions.h"

namespace tickscan::indicator {
namespace {

using filter::ArgumentKind;

double fresh(std::string_view name, const std::vector<double>& x, size_t n) {
  const size_t need = name == "percent_rank" ? n + 1 : n;
  if (x.size() < need) return kUnknown;
  const auto window = x.end() - static_cast<std::ptrdiff_t>(need);
  if (name == "percent_rank") {
    const auto count = std::count_if(window, x.end() - 1, [&](double one) { return one <= x.back(); });
    return 100.0 * static_cast<double>(count) / static_cast<double>(n);
  }
  // Backwards, because of equals the latest counts.
  const std::vector<double> back(x.rbegin(), x.rbegin() + static_cast<std::ptrdiff_t>(n));
  const auto best = name.starts_with("highest") ? std::max_element(back.begin(), back.end())
                                                : std::min_element(back.begin(), back.end());
  return name.ends_with("_bars") ? static_cast<double>(best - back.begin()) : *best;
}

void expect_same(double a, double b, const std::string& where) {
  if (std::isnan(a) && std::isnan(b)) return;
  ASSERT_EQ(std::bit_cast<uint64_t>(a), std::bit_cast<uint64_t>(b)) << where << ": " << a << " and " << b;
}

void run(const filter::Function& row, size_t n, double scale) {
  std::mt19937 random(static_cast<uint32_t>(n * 31 + row.name.size()));
  const auto below = [&](uint32_t most) {
    return std::uniform_int_distribution<uint32_t>(0, most - 1)(random);
  };
  const bool condition = row.arguments[0].kind == ArgumentKind::condition;
  const double params[kMaxParams] = {static_cast<double>(n)};
  const size_t bytes = row.kernel->state_bytes(params);
  ASSERT_EQ(bytes % 8, 0u);
  std::vector<uint64_t> state(bytes / 8);
  row.kernel->reset(state.data(), params, kAllLanes);
  std::vector<std::vector<double>> history(kLanes);
  for (int step = 0; step < 300; ++step) {
    double first[kLanes], second[kLanes], peeked[kLanes], updated[kLanes];
    LaneMask lanes = step % 3 == 0 ? kAllLanes : LaneMask{random()} << 32 | random();
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      first[lane] = condition ? below(2) : scale * (90 + below(7));
      if (below(40) == 0) first[lane] = kUnknown;
      second[lane] = below(100);
    }
    const double* inputs[] = {first, second};
    double* peek_outputs[] = {peeked};
    double* update_outputs[] = {updated};
    row.kernel->peek(state.data(), params, inputs, lanes, peek_outputs);
    row.kernel->update(state.data(), params, inputs, lanes, update_outputs);
    for_each_lane(lanes, [&](uint32_t lane) {
      const std::string where = std::string(row.name) + " n " + std::to_string(n) + " step " +
                                std::to_string(step) + " lane " + std::to_string(lane);
      expect_same(peeked[lane], updated[lane], where);
      std::vector<double>& x = history[lane];
      std::isnan(first[lane]) ? x.clear() : x.push_back(first[lane]);
      if (!condition) expect_same(updated[lane], fresh(row.name, x, n), where);
    });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(FunctionKernels, PeekIsWhatUpdateDoesAndWindowsAreExact) {
  for (const filter::Function& row : filter::functions()) {
    if (row.kernel == nullptr) continue;
    for (const size_t n : {1, 2, 3, 7, 50}) {
      for (const double scale : {1.0, std::ldexp(1.0, -20)}) run(row, n, scale);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace tickscan::indicator
