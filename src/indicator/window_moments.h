// Sums of products over a window of inputs, and what statistics make of them.
//
// The sums and the differences n · Σxy − Σx · Σy are double-doubles (about 106 bits). The difference cancels
// most digits of its terms, which is why TA-Lib, in plain doubles, takes anything below 1e-14 for zero and
// answers 0 for prices such as 0.000005. Here the result is that of an exact two-pass computation to 1e-9
// and far better, at every price, and a window of equal values is recognised as such: its spread is 0.
#pragma once

#include <cstdint>

#include "base/double_double.h"
#include "indicator/exact.h"
#include "indicator/parts.h"

namespace tickscan::indicator {

inline DoubleDouble multiple_of(DoubleDouble a, double factor) {
  return exact_product(a.hi, factor).plus(a.lo * factor);
}

// n · xy − x · y
inline double spread_of(double n, DoubleDouble xy, DoubleDouble x, DoubleDouble y) {
  const DoubleDouble product = exact_product(x.hi, y.hi).plus(x.hi * y.lo + x.lo * y.hi);
  return difference_of(multiple_of(xy, n), product).hi;
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
template <bool kWrite>
class Variance {
 public:
  struct Found {
    double mean;
    double variance;
  };

  Variance(Column<kWrite>& column, uint32_t period)
      : period_(period), ring_(column, period), sum_(column), squares_(column), constant_(column, period) {}

  // Both kUnknown while the window fills.
  Found next(double x) {
    const bool full = ring_.full();
    const bool ready = ring_.filled() + 1 >= period_;
    DoubleDouble sum = sum_.get().plus(x);
    DoubleDouble squares = sum_of(squares_.get(), exact_product(x, x));
    if (full) {
      const double oldest = ring_.oldest();
      sum = sum.plus(-oldest);
      squares = difference_of(squares, exact_product(oldest, oldest));
    }
    const bool constant = constant_.next(x);
    ring_.push(x);
    sum_.set(sum);
    squares_.set(squares);
    if (!ready) return {kUnknown, kUnknown};
    if (constant) return {x, 0.0};
    const double n = period_;
    const double spread = spread_of(n, squares, sum, sum);
    return {sum.divided_by(n), spread > 0 ? spread / (n * n) : 0.0};
  }

 private:
  uint32_t period_;
  Ring<kWrite> ring_;
  Total<kWrite> sum_;
  Total<kWrite> squares_;
  Constant<kWrite> constant_;
};

// Least-squares line through the last `period` values, one apart.
template <bool kWrite>
class LeastSquares {
 public:
  struct Line {
    double mean;   // the line's value in the window's middle
    double slope;  // per input
  };

  LeastSquares(Column<kWrite>& column, uint32_t period)
      : period_(period), ring_(column, period), sum_(column), aged_(column), constant_(column, period) {}

  // Both kUnknown while the window fills. Values times their ages slide: a step makes each one older.
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
    if (!ready) return {kUnknown, kUnknown};
    if (constant) return {x, 0.0};
    const DoubleDouble ages{n * (n - 1) / 2, 0};
    const double spread_of_ages = n * n * (n * n - 1) / 12;
    return {sum.divided_by(n), -spread_of(n, aged, ages, sum) / spread_of_ages};
  }

 private:
  uint32_t period_;
  Ring<kWrite> ring_;
  Total<kWrite> sum_;
  Total<kWrite> aged_;
  Constant<kWrite> constant_;
};

}  // namespace tickscan::indicator
