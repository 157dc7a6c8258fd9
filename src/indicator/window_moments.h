// Sums of products over a window of inputs, and what statistics make of them.
//
// The sums and differences such as n · Σxy − Σx · Σy are double-doubles (about 106 bits). The difference cancels
// most digits of its terms, which is why TA-Lib, in plain doubles, takes anything below 1e-14 for zero and
// answers 0 for prices such as 0.000005. Here the result is that of an exact two-pass computation to 1e-9
// and far better, at every price, and a window of equal values is recognised as such: its spread is 0.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/double_double.h"
#include "indicator/exact.h"
#include "indicator/parts.h"

namespace tickscan::indicator {

inline DoubleDouble product_of(DoubleDouble a, DoubleDouble b) {
  return exact_product(a.hi, b.hi).plus(a.hi * b.lo + a.lo * b.hi);
}

inline DoubleDouble multiple_of(DoubleDouble a, double factor) {
  return exact_product(a.hi, factor).plus(a.lo * factor);
}

// n · xy − x · y
inline double spread_of(double n, DoubleDouble xy, DoubleDouble x, DoubleDouble y) {
  return difference_of(multiple_of(xy, n), product_of(x, y)).hi;
}

// The root of a number that is not negative, to about twice the digits of a double.
inline DoubleDouble root_of(DoubleDouble square) {
  const double root = std::sqrt(square.hi);
  if (!(root > 0)) return {};
  return DoubleDouble{root, 0}.plus(difference_of(square, exact_product(root, root)).hi / (2 * root));
}

// A double-double kept in two rows of the state.
template <bool kWrite>
class Total {
 public:
  explicit Total(Column<kWrite>& column) : scalars_(column.scalars(2)) {}

  DoubleDouble get() const { return {scalars_[0], scalars_[1]}; }
  void set(DoubleDouble total) {
    scalars_.set(0, total.hi);
    scalars_.set(1, total.lo);
  }

 private:
  Slice<kWrite> scalars_;
};

// Whether the last `period` values are all equal.
template <bool kWrite>
class Constant {
 public:
  Constant(Column<kWrite>& column, uint32_t period) : period_(period), scalars_(column.scalars(2)) {}

  bool next(double x) {
    const double run = scalars_[1] > 0 && scalars_[0] == x ? scalars_[1] + 1 : 1;
    scalars_.set(0, x);
    scalars_.set(1, run < period_ ? run : period_);
    return run >= period_;
  }

 private:
  double period_;
  Slice<kWrite> scalars_;  // the value, how often it came last
};

// Population variance of the last `period` values, and their mean.
//
// What slides is the spread n · Σx² − (Σx)² itself: when x replaces the oldest value o, it grows by
// (x − o) · (n · (x + o) − Σx − Σ'x), where Σ' is the sum after. For prices both factors are short, so the spread is
// exact, while a difference of two sums would have lost as many bits as the prices have in common. A window that
// fills counts as one that is full of the first value, whose spread is 0.
template <bool kWrite>
class Variance {
 public:
  struct Found {
    double mean;
    double variance;
    DoubleDouble sum;     // n · the mean
    DoubleDouble spread;  // n² · the variance
  };

  Variance(Column<kWrite>& column, uint32_t period)
      : period_(period), ring_(column, period), sum_(column), spread_(column), constant_(column, period) {}

  // Mean and variance are kUnknown while the window fills.
  Found next(double x) {
    const double n = period_;
    const uint32_t filled = ring_.filled();
    const bool ready = filled + 1 >= period_;
    const bool constant = constant_.next(x);
    DoubleDouble sum = exact_product(n, x);
    DoubleDouble spread{};
    if (filled > 0 && !constant) {
      const double oldest = ring_.ago(filled);
      const DoubleDouble before = sum_.get();
      sum = before.plus(x).plus(-oldest);
      const DoubleDouble both = multiple_of(DoubleDouble{x, 0}.plus(oldest), n);
      const DoubleDouble away = difference_of(difference_of(both, before), sum);
      spread = sum_of(spread_.get(), product_of(DoubleDouble{x, 0}.plus(-oldest), away));
    }
    ring_.push(x);
    sum_.set(sum);
    spread_.set(spread);
    if (!ready) return {kUnknown, kUnknown, {}, {}};
    if (constant) return {x, 0.0, sum, {}};
    if (!(spread.hi > 0)) spread = {};
    return {sum.divided_by(n), spread.hi / (n * n), sum, spread};
  }

 private:
  uint32_t period_;
  Ring<kWrite> ring_;
  Total<kWrite> sum_;
  Total<kWrite> spread_;
  Constant<kWrite> constant_;
};

// Least-squares line through the last `period` values, one apart.
template <bool kWrite>
class LeastSquares {
 public:
  struct Line {
    double slope;  // per input
    double start;  // the line's value at the oldest input
    double end;    // and at the present one
  };

  LeastSquares(Column<kWrite>& column, uint32_t period)
      : period_(period), ring_(column, period), sum_(column), aged_(column), constant_(column, period) {}

  // All kUnknown while the window fills. Values times their ages slide: a step makes each one older. Both ends
  // are sums with whole weights over n (n + 1), rounded once: a price that lies on the line is seen to.
  Line next(double x) {
    const bool ready = ring_.filled() + 1 >= period_;
    const double n = period_;
    DoubleDouble sum = sum_.get();
    DoubleDouble aged = aged_.get();
    if (ring_.full()) {
      const double oldest = ring_.oldest();
      aged = difference_of(aged, exact_product(n - 1, oldest));
      sum = sum.plus(-oldest);
    }
    aged = sum_of(aged, sum);
    sum = sum.plus(x);
    const bool constant = constant_.next(x);
    ring_.push(x);
    sum_.set(sum);
    aged_.set(aged);
    if (!ready) return {kUnknown, kUnknown, kUnknown};
    if (constant) return {0.0, x, x};
    const DoubleDouble ages{n * (n - 1) / 2, 0};
    const double spread_of_ages = n * n * (n * n - 1) / 12;
    const DoubleDouble six_aged = multiple_of(aged, 6);
    const DoubleDouble start = sum_of(multiple_of(sum, 4 - 2 * n), six_aged);
    const DoubleDouble end = difference_of(multiple_of(sum, 4 * n - 2), six_aged);
    return {-spread_of(n, aged, ages, sum) / spread_of_ages, start.divided_by(n * (n + 1)),
            end.divided_by(n * (n + 1))};
  }

 private:
  uint32_t period_;
  Ring<kWrite> ring_;
  Total<kWrite> sum_;
  Total<kWrite> aged_;
  Constant<kWrite> constant_;
};

}  // namespace tickscan::indicator
