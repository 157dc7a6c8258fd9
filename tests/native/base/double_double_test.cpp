// Sums and quotients against 113-bit floats, which hold both exactly: a sliding sum is the fresh one, and a
// quotient is the correctly rounded one.
#include "base/double_double.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <limits>

#include "base/rounds.h"

namespace tickscan {
namespace {

__extension__ using Float128 = __float128;

// A price: 1e-8 to 1e6 in whole steps of 1e-8, so that decimal digits are the messy kind.
double price(std::mt19937_64& random) {
  const double scale = std::pow(10.0, static_cast<double>(random() % 14));
  return static_cast<double>(random() % 100000000) * scale * 1e-14;
}

TEST(DoubleDouble, KeepsWhatADoubleDrops) {
  const DoubleDouble sum = DoubleDouble{}.plus(1e16).plus(1).plus(-1e16);
  EXPECT_EQ(sum.hi, 1);
  EXPECT_EQ(sum.lo, 0);
}

TEST(DoubleDouble, ASlidingSumIsTheFreshOne) {
  auto random = seeded("DoubleDouble.ASlidingSumIsTheFreshOne");
  constexpr size_t kWindow = 50;
  std::deque<double> window;
  DoubleDouble sliding;
  for (uint64_t i = 0; i < rounds(200000); ++i) {
    const double x = price(random);
    window.push_back(x);
    sliding = sliding.plus(x);
    if (window.size() > kWindow) {
      sliding = sliding.plus(-window.front());
      window.pop_front();
    }
    if (i % 97 != 0) continue;
    Float128 exact = 0;
    for (const double value : window) exact += value;
    ASSERT_EQ(sliding.hi, static_cast<double>(exact)) << "after " << i << " values";
  }
}

TEST(DoubleDouble, AFlatWindowIsExactlyItsValue) {
  for (const double value : {0.1, 0.000005, 65432.1, 1e-300, 1e300}) {
    for (const uint32_t period : {3U, 7U, 14U, 200U, 5000U}) {
      DoubleDouble sum;
      for (uint32_t i = 0; i < period; ++i) sum = sum.plus(value);
      EXPECT_EQ(sum.divided_by(period), value) << value << " × " << period;
      for (uint32_t i = 0; i < 3 * period; ++i) sum = sum.plus(value).plus(-value);
      EXPECT_EQ(sum.divided_by(period), value);
    }
  }
}

TEST(DoubleDouble, AQuotientIsRoundedOnce) {
  auto random = seeded("DoubleDouble.AQuotientIsRoundedOnce");
  for (uint64_t i = 0; i < rounds(100000); ++i) {
    const auto period = static_cast<double>(1 + random() % 5000);
    DoubleDouble sum;
    for (int n = 0; n < 8; ++n) sum = sum.plus(price(random));
    const Float128 exact = (static_cast<Float128>(sum.hi) + static_cast<Float128>(sum.lo)) / period;
    ASSERT_EQ(sum.divided_by(period), static_cast<double>(exact));
  }
}

TEST(DoubleDouble, HiIsTheSumRoundedAndLoTheRest) {
  auto random = seeded("DoubleDouble.HiIsTheSumRoundedAndLoTheRest");
  DoubleDouble sum;
  for (uint64_t i = 0; i < rounds(100000); ++i) {
    sum = sum.plus((random() % 2 == 0 ? 1 : -1) * price(random));
    ASSERT_EQ(sum.hi + sum.lo, sum.hi);
  }
}

TEST(DoubleDouble, WhatIsNotFiniteIsNotFiniteAfterwards) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(std::isfinite(DoubleDouble{}.plus(inf).hi));
  EXPECT_FALSE(std::isfinite(DoubleDouble{}.plus(1e308).plus(1e308).hi));
  EXPECT_TRUE(std::isnan(DoubleDouble{}.plus(std::nan("")).divided_by(3)));
}

}  // namespace
}  // namespace tickscan
