// The ordered window against a sorted copy of the same values, over random, rising, falling and equal values, and how
// deep its tree gets: that is what makes it O(log size).
#include "indicator/ordered_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <random>
#include <vector>

namespace tickscan::indicator {
namespace {

using Quad = __float128;

void expect_as_sorted(uint32_t size, const std::function<double(int)>& value, int steps) {
  std::vector<double> memory(OrderedWindow<SummedValue>::bytes(size) / sizeof(double));
  OrderedWindow<SummedValue> window(memory.data(), size);
  window.clear();
  std::deque<double> naive;
  for (int step = 0; step < steps; ++step) {
    const double x = value(step);
    if (naive.size() == size) {
      ASSERT_TRUE(window.full());
      ASSERT_EQ(window.oldest(), naive.front());
      naive.pop_front();
    }
    naive.push_back(x);
    window.push(x);
    ASSERT_EQ(window.filled(), naive.size());
    for (const double bound : {x, x - 0.5, x + 0.5, naive.front(), -1e9, 1e9}) {
      uint32_t below = 0;
      uint32_t not_above = 0;
      Quad sum = 0;
      for (const double one : naive) {
        below += one < bound ? 1 : 0;
        not_above += one <= bound ? 1 : 0;
        if (one < bound) sum += one;
      }
      const auto part = window.below(bound);
      ASSERT_EQ(part.count, below);
      ASSERT_EQ(window.not_above(bound).count, not_above);
      const auto error = static_cast<double>(Quad{part.sum.hi} + part.sum.lo - sum);
      ASSERT_LE(std::fabs(error), 1e-28 * std::fabs(static_cast<double>(sum)));
    }
    ASSERT_EQ(window.all().count, naive.size());
  }
}

TEST(OrderedWindow, IsASortedCopy) {
  std::mt19937 random(5);
  for (const uint32_t size : {1U, 2U, 3U, 14U, 200U}) {
    const int steps = static_cast<int>(3 * size) + 200;
    expect_as_sorted(
        size, [&](int) { return std::uniform_real_distribution<double>(-3, 90)(random); }, steps);
    expect_as_sorted(
        size, [&](int) { return std::uniform_int_distribution<int>(0, 4)(random); }, steps);
    expect_as_sorted(
        size, [](int step) { return step / 3.0; }, steps);
    expect_as_sorted(
        size, [](int step) { return -step / 3.0; }, steps);
    expect_as_sorted(
        size, [](int) { return 0.1; }, steps);
  }
}

TEST(OrderedWindow, FindsARankInFewSteps) {
  constexpr uint32_t kSize = 5000;
  std::mt19937 random(6);
  const std::function<double(int)> shapes[] = {
      [&](int) { return std::uniform_real_distribution<double>(0, 1)(random); },
      [](int step) { return step; },
      [](int step) { return -step; },
      [](int step) { return std::sin(step / 40.0); },
      [](int) { return 7.0; },
  };
  for (const auto& shape : shapes) {
    std::vector<double> memory(OrderedWindow<OrderedValue>::bytes(kSize) / sizeof(double));
    OrderedWindow<OrderedValue> window(memory.data(), kSize);
    window.clear();
    for (int step = 0; step < 12000; ++step) {
      window.push(shape(step));
      // A balanced tree would have 13 levels.
      if (step % 500 == 499) {
        ASSERT_LE(window.depth(), 40U) << step;
      }
    }
  }
}

}  // namespace
}  // namespace tickscan::indicator
