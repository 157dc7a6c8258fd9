// The average that a parameter `ma_type` chooses, with TA-Lib's numbers for the types: 0 sma, 1 ema, 2 wma,
// 3 dema, 4 tema, 5 trima, 6 kama, 7 mama, 8 t3. As in TA-Lib's MA, a period of 1 is the input itself, mama has
// the limits 0.5 and 0.05 and otherwise no use for the period, and t3 the volume factor 0.7.
#pragma once

#include "indicator/mama.h"
#include "indicator/parts.h"
#include "indicator/t3.h"

namespace tickscan::indicator {

inline uint32_t moving_average_lookback(uint32_t type, uint32_t period) {
  if (period == 1) return 0;
  if (type == 3) return 2 * (period - 1);
  if (type == 4) return 3 * (period - 1);
  if (type == 6) return period;
  if (type == 7) return Mama<false>::kLookback;
  if (type == 8) return 6 * (period - 1);
  return period - 1;
}

template <bool kWrite>
class MovingAverage {
 public:
  MovingAverage(Column<kWrite>& column, uint32_t type, uint32_t period)
      : type_(type), period_(period), start_(column) {
    if (type == 0) {
      const Sma<kWrite> unused(column, period);
    } else {
      column = after_other(column, type, period);
    }
  }

  double next(double x) {
    if (period_ == 1) return x;
    if (type_ != 0) return next_other(start_, type_, period_, x);
    Column<kWrite> column = start_;
    return Sma<kWrite>(column, period_).next(x);
  }

 private:
  // The plain average is the usual one and is compiled into each indicator; the others stand in the module once.
  [[gnu::noinline]] static Column<kWrite> after_other(Column<kWrite> column, uint32_t type, uint32_t period) {
    visit(column, type, period, [](auto&&) { return 0.0; });
    return column;
  }
  [[gnu::noinline]] static double next_other(Column<kWrite> column, uint32_t type, uint32_t period,
                                             double x) {
    return visit(column, type, period, [x](auto&& average) { return average.next(x); });
  }

  // Makes the chosen average over the column's next rows and calls f with it.
  template <typename F>
  static double visit(Column<kWrite>& column, uint32_t type, uint32_t period, F&& f) {
    switch (type) {
      case 1: return f(Ema<kWrite>(column, period));
      case 2: return f(Wma<kWrite>(column, period));
      case 3: return f(Dema<kWrite>(column, period));
      case 4: return f(Tema<kWrite>(column, period));
      case 5: return f(Trima<kWrite>(column, period));
      case 6: return f(Kama<kWrite>(column, period));
      case 7: return f(Mama<kWrite>(column));
      default: return f(T3<kWrite>(column, period, 0.7));
    }
  }

  uint32_t type_;
  uint32_t period_;
  Column<kWrite> start_;
};

}  // namespace tickscan::indicator
