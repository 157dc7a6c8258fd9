// Beta: the slope of the second series' returns against the first's, over the last `period` returns. The two
// series are fixed here: high against close.
//
// Source: TA-Lib's ta_BETA.c (a return is the change over the value before, 0 if that is 0), computed as
// window_moments.h says: TA-Lib answers 0 where the returns' spread is below 1e-14, which calm minutes
// reach; here only equal returns of the first series give 0. First output at input `period`.
#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Beta {
 public:
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }

  Beta(Column<kWrite>& column, const double* p)
      : period_(whole_param(p, 0)),
        before_(column.scalars(3)),
        a_(column, period_),
        b_(column, period_),
        sum_a_(column),
        sum_b_(column),
        sum_aa_(column),
        sum_ab_(column),
        constant_(column, period_) {}

  void step(const double* x, double* y) {
    const bool first = before_[2] == 0;
    const double a = change(x[0], before_[0]);
    const double b = change(x[1], before_[1]);
    before_.set(0, x[0]);
    before_.set(1, x[1]);
    before_.set(2, 1);
    // After next to nothing a return may be no number; it does not count then.
    if (first || !usable(a) || !usable(b)) return;
    const bool ready = a_.filled() + 1 >= period_;
    DoubleDouble sum_a = sum_a_.get().plus(a);
    DoubleDouble sum_b = sum_b_.get().plus(b);
    DoubleDouble sum_aa = sum_of(sum_aa_.get(), exact_product(a, a));
    DoubleDouble sum_ab = sum_of(sum_ab_.get(), exact_product(a, b));
    if (a_.full()) {
      const double old_a = a_.oldest();
      const double old_b = b_.oldest();
      sum_a = sum_a.plus(-old_a);
      sum_b = sum_b.plus(-old_b);
      sum_aa = difference_of(sum_aa, exact_product(old_a, old_a));
      sum_ab = difference_of(sum_ab, exact_product(old_a, old_b));
    }
    const bool constant = constant_.next(a);
    a_.push(a);
    b_.push(b);
    sum_a_.set(sum_a);
    sum_b_.set(sum_b);
    sum_aa_.set(sum_aa);
    sum_ab_.set(sum_ab);
    if (!ready) return;
    const double n = period_;
    const double spread = spread_of(n, sum_aa, sum_a, sum_a);
    y[0] = constant || !(spread > 0) ? 0.0 : spread_of(n, sum_ab, sum_a, sum_b) / spread;
  }

 private:
  static double change(double now, double before) { return before == 0 ? 0.0 : (now - before) / before; }

  uint32_t period_;
  Slice<kWrite> before_;  // both inputs before, whether there are any
  Ring<kWrite> a_;
  Ring<kWrite> b_;
  Total<kWrite> sum_a_;
  Total<kWrite> sum_b_;
  Total<kWrite> sum_aa_;
  Total<kWrite> sum_ab_;
  Constant<kWrite> constant_;
};

}  // namespace

extern const Kernel beta_kernel;
const Kernel beta_kernel = stepped_kernel<Beta>();

}  // namespace tickscan::indicator
