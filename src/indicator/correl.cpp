// Pearson's correlation of two series over the last `period` inputs: of close and high, the two series that
// are fixed here.
//
// Source: TA-Lib's ta_CORREL.c, computed as window_moments.h says: TA-Lib answers 0 where the product of the
// variances is below 1e-14, here only a series of equal values gives 0. First output at input period − 1.
#include <algorithm>
#include <cmath>

#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Correlation {
 public:
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  Correlation(Column<kWrite>& column, const double* p)
      : period_(whole_param(p, 0)),
        a_(column, period_),
        b_(column, period_),
        sum_a_(column),
        sum_b_(column),
        sum_aa_(column),
        sum_ab_(column),
        sum_bb_(column),
        constant_a_(column, period_),
        constant_b_(column, period_) {}

  void step(const double* x, double* y) {
    const bool ready = a_.filled() + 1 >= period_;
    const bool full = a_.full();
    const double a = x[0];
    const double b = x[1];
    DoubleDouble sum_a = sum_a_.get().plus(a);
    DoubleDouble sum_b = sum_b_.get().plus(b);
    DoubleDouble sum_aa = sum_of(sum_aa_.get(), exact_product(a, a));
    DoubleDouble sum_ab = sum_of(sum_ab_.get(), exact_product(a, b));
    DoubleDouble sum_bb = sum_of(sum_bb_.get(), exact_product(b, b));
    if (full) {
      const double old_a = a_.oldest();
      const double old_b = b_.oldest();
      sum_a = sum_a.plus(-old_a);
      sum_b = sum_b.plus(-old_b);
      sum_aa = difference_of(sum_aa, exact_product(old_a, old_a));
      sum_ab = difference_of(sum_ab, exact_product(old_a, old_b));
      sum_bb = difference_of(sum_bb, exact_product(old_b, old_b));
    }
    const bool constant_a = constant_a_.next(a);
    const bool constant_b = constant_b_.next(b);
    a_.push(a);
    b_.push(b);
    sum_a_.set(sum_a);
    sum_b_.set(sum_b);
    sum_aa_.set(sum_aa);
    sum_ab_.set(sum_ab);
    sum_bb_.set(sum_bb);
    if (!ready) return;
    const double n = period_;
    const double aa = spread_of(n, sum_aa, sum_a, sum_a);
    const double bb = spread_of(n, sum_bb, sum_b, sum_b);
    const bool flat = constant_a || constant_b || !(aa > 0) || !(bb > 0);
    // Roots before the product, which could underflow.
    const double whole = std::sqrt(aa) * std::sqrt(bb);
    y[0] = flat ? 0.0 : std::clamp(spread_of(n, sum_ab, sum_a, sum_b) / whole, -1.0, 1.0);
  }

 private:
  uint32_t period_;
  Ring<kWrite> a_;
  Ring<kWrite> b_;
  Total<kWrite> sum_a_;
  Total<kWrite> sum_b_;
  Total<kWrite> sum_aa_;
  Total<kWrite> sum_ab_;
  Total<kWrite> sum_bb_;
  Constant<kWrite> constant_a_;
  Constant<kWrite> constant_b_;
};

}  // namespace

extern const Kernel correl_kernel;
const Kernel correl_kernel = stepped_kernel<Correlation>();

}  // namespace tickscan::indicator
