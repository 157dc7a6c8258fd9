// A sum held as an unevaluated pair hi + lo of doubles: about 106 bits. Adding and taking away values of
// similar size is exact, so a sliding sum over a million values still equals the fresh one.
//
// Source: D. E. Knuth, TAOCP vol. 2, 4.2.2 (two-sum); T. J. Dekker, Numer. Math. 18 (1971) (split, product).
// Needs strict IEEE arithmetic: the build sets -ffp-contract=off.
#pragma once

namespace tickscan {

struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  // This sum with x added.
  [[nodiscard]] DoubleDouble plus(double x) const {
    const double sum = hi + x;
    const double x_part = sum - hi;
    const double error = (hi - (sum - x_part)) + (x - x_part) + lo;
    const double high = sum + error;
    return {high, error - (high - sum)};
  }

  // This sum divided by a whole number of at most 26 bits, rounded once.
  [[nodiscard]] double divided_by(double n) const {
    constexpr double kSplit = 134217729;  // 2^27 + 1
    const double quotient = hi / n;
    const double product = quotient * n;
    const double scaled = kSplit * quotient;
    const double quotient_high = scaled - (scaled - quotient);
    const double quotient_low = quotient - quotient_high;
    const double product_error = (quotient_high * n - product) + quotient_low * n;
    return quotient + (((hi - product) - product_error) + lo) / n;
  }
};

}  // namespace tickscan
