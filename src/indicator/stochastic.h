// Raw %K, of which stoch, stochf and stochrsi are averages.
#pragma once

#include "indicator/parts.h"

namespace tickscan::indicator {

// Where the close stands between the lowest low and the highest high of the last `period` klines, in percent,
// in TA-Lib's order of operations (ta_STOCHF.c); 0 if the range is exactly 0.
template <bool kWrite>
class RawK {
 public:
  RawK(Column<kWrite>& column, uint32_t period) : highest_(column, period), lowest_(column, period) {}

  double next(double high, double low, double close) {
    const double highest = highest_.next(high);
    const double lowest = lowest_.next(low);
    const double range = (highest - lowest) / 100.0;
    const double k = range == 0 ? 0.0 : (close - lowest) / range;
    return usable(k) ? k : kUnknown;
  }

 private:
  Highest<kWrite> highest_;
  Lowest<kWrite> lowest_;
};

}  // namespace tickscan::indicator
