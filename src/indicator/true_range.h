// The true range and Wilder's average of it, as steps for the indicators that are built on them.
#pragma once

#include <cmath>
#include <cstdint>

namespace tickscan::indicator {

// The largest of high − low, |high − close before| and |low − close before| (TA-Lib's ta_TRANGE.c).
inline double true_range(double high, double low, double close_before) {
  const double range = high - low;
  const double above = std::fabs(high - close_before);
  const double below = std::fabs(low - close_before);
  const double larger = above > range ? above : range;
  return below > larger ? below : larger;
}

// Average true range in TA-Lib's order of operations (ta_ATR.c): the mean of the ranges of klines 1 to
// `period`, then (atr · (period − 1) + range) / period. Known from kline `period` on.
struct AverageTrueRange {
  double close_before = 0;
  double value = 0;  // while filling: the sum of the ranges

  // n is the kline's number from the lane's start; it may stay at any number above `period`.
  double step(uint32_t n, double period, double high, double low, double close) {
    const double range = true_range(high, low, close_before);
    close_before = close;
    if (n == 0) return 0;
    if (n <= period) {
      value += range;
      if (n == period) value /= period;
    } else {
      value = (value * (period - 1) + range) / period;
    }
    return value;
  }
};

}  // namespace tickscan::indicator
