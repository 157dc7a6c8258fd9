// The average that a parameter `ma_type` chooses, with TA-Lib's numbers for the types: 0 sma, 1 ema, 2 wma,
// 3 dema, 4 tema, 5 trima, 6 kama. (7 mama and 8 t3 are not offered: mama has two parameters of its own and
// no place in a parameter that is one number.) A period of 1 is the input itself, as in TA-Lib's MA.
#pragma once

#include "indicator/parts.h"

namespace tickscan::indicator {

inline uint32_t moving_average_lookback(uint32_t type, uint32_t period) {
  if (period == 1) return 0;
  if (type == 3) return 2 * (period - 1);
  if (type == 4) return 3 * (period - 1);
  if (type == 6) return period;
  return period - 1;
}

template <bool kWrite>
class MovingAverage {
 public:
  MovingAverage(Column<kWrite>& column, uint32_t type, uint32_t period)
      : type_(type), period_(period), start_(column) {
    visit(column, [](auto&&) { return 0.0; });
  }

  double next(double x) {
    if (period_ == 1) return x;
    Column<kWrite> column = start_;
    return visit(column, [x](auto&& average) { return average.next(x); });
  }

 private:
  // Makes the chosen average over the column's next rows and calls f with it.
  template <typename F>
  double visit(Column<kWrite>& column, F&& f) {
    switch (type_) {
      case 1: return f(Ema<kWrite>(column, period_));
      case 2: return f(Wma<kWrite>(column, period_));
      case 3: return f(Dema<kWrite>(column, period_));
      case 4: return f(Tema<kWrite>(column, period_));
      case 5: return f(Trima<kWrite>(column, period_));
      case 6: return f(Kama<kWrite>(column, period_));
      default: return f(Sma<kWrite>(column, period_));
    }
  }

  uint32_t type_;
  uint32_t period_;
  Column<kWrite> start_;
};

}  // namespace tickscan::indicator
