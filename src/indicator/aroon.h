// The step of aroon and aroonosc: how long ago, of the last period + 1 klines, were the lowest low and the
// highest high.
//
// Source: T. S. Chande (1995); TA-Lib's ta_AROON.c: 100 / period · (period − klines since), the latest of
// equal extremes. First output at input `period`.
#pragma once

#include "indicator/parts.h"

namespace tickscan::indicator {

template <bool kWrite>
class ExtremeAges {
 public:
  struct Ages {
    double since_high;
    double since_low;
  };

  ExtremeAges(Column<kWrite>& column, uint32_t period)
      : highest_(column, period + 1), lowest_(column, period + 1) {}

  // Both kUnknown while the window fills.
  Ages next(double high, double low) { return {highest_.find(high).age, lowest_.find(low).age}; }

 private:
  Highest<kWrite> highest_;
  Lowest<kWrite> lowest_;
};

}  // namespace tickscan::indicator
