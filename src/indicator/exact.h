// Products and quotients as double-doubles, for window sums of products that must not drift.
//
// Source: T. J. Dekker, Numer. Math. 18 (1971). Needs strict IEEE arithmetic (-ffp-contract=off).
#pragma once

#include "base/double_double.h"

namespace tickscan::indicator {

// a · b without rounding, for products far from overflow and underflow.
inline DoubleDouble exact_product(double a, double b) {
  constexpr double kSplit = 134217729;  // 2^27 + 1
  const double scaled_a = kSplit * a;
  const double a_high = scaled_a - (scaled_a - a);
  const double a_low = a - a_high;
  const double scaled_b = kSplit * b;
  const double b_high = scaled_b - (scaled_b - b);
  const double b_low = b - b_high;
  const double product = a * b;
  return {product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

inline DoubleDouble sum_of(DoubleDouble a, DoubleDouble b) { return a.plus(b.lo).plus(b.hi); }
inline DoubleDouble difference_of(DoubleDouble a, DoubleDouble b) { return a.plus(-b.lo).plus(-b.hi); }

// a / b to within an ulp or so; not finite if b is 0.
inline double quotient_of(DoubleDouble a, DoubleDouble b) {
  const double quotient = a.hi / b.hi;
  const DoubleDouble low = exact_product(quotient, b.lo);
  const DoubleDouble rest = difference_of(difference_of(a, exact_product(quotient, b.hi)), low);
  return quotient + rest.hi / b.hi;
}

}  // namespace tickscan::indicator
