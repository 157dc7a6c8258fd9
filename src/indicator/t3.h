// Tillson's T3: a blend of the third to the sixth EMA of EMA, weighted by the volume factor v.
//
// t3 = −v³ · e6 + (3v² + 3v³) · e5 + (−6v² − 3v − 3v³) · e4 + (1 + 3v + v³ + 3v²) · e3. Each EMA is seeded
// with the mean of its first `period` values (ta_T3.c, default compatibility); TA-Lib writes the recursion as
// k · x + (1 − k) · e, this file as the other EMAs do, which differs in the last bits only. First output at
// input 6 (period − 1).
#pragma once

#include "indicator/parts.h"

namespace tickscan::indicator {

template <bool kWrite>
class T3 {
 public:
  T3(Column<kWrite>& column, uint32_t period, double v)
      : e1_(column, period),
        e2_(column, period),
        e3_(column, period),
        e4_(column, period),
        e5_(column, period),
        e6_(column, period),
        v_(v) {}

  double next(double x) {
    const double e3 = e3_.next(e2_.next(e1_.next(x)));
    const double e4 = e4_.next(e3);
    const double e5 = e5_.next(e4);
    const double e6 = e6_.next(e5);
    const double square = v_ * v_;
    const double c1 = -(square * v_);
    const double c2 = 3.0 * (square - c1);
    const double c3 = -6.0 * square - 3.0 * (v_ - c1);
    const double c4 = 1.0 + 3.0 * v_ - c1 + 3.0 * square;
    return c1 * e6 + c2 * e5 + c3 * e4 + c4 * e3;
  }

 private:
  Ema<kWrite> e1_;
  Ema<kWrite> e2_;
  Ema<kWrite> e3_;
  Ema<kWrite> e4_;
  Ema<kWrite> e5_;
  Ema<kWrite> e6_;
  double v_;
};

}  // namespace tickscan::indicator
