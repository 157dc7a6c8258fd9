// Wilder's directional movement, shared by plus_dm, minus_dm, plus_di, minus_di, dx, adx and adxr.
//
// Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib's ta_ADX.c: the sums of
// klines 1 to period − 1, then sum − sum / period + x; where both movements are equal, neither counts.
//
// TA-Lib takes a sum below 1e-14 for zero, which low prices reach while they still move. Here a sum is zero
// when it is exactly zero; the sums are set to zero when a standstill has made the range's sum 2^-300 of
// the price, long before they would lose digits as subnormal numbers.
#pragma once

#include <cmath>
#include <cstdint>

#include "indicator/kernel.h"
#include "indicator/true_range.h"

namespace tickscan::indicator {

struct Directional {
  double high = 0;
  double low = 0;
  double close = 0;
  double plus = 0;   // sum of upward movements
  double minus = 0;  // sum of downward movements
  double range = 0;  // sum of true ranges

  // n is the kline's number from the lane's start; it may stay at any number above `period`.
  void step(uint32_t n, double period, double new_high, double new_low, double new_close) {
    const double up = new_high - high;
    const double down = low - new_low;
    const double true_range_now = true_range(new_high, new_low, close);
    high = new_high;
    low = new_low;
    close = new_close;
    if (n == 0) return;
    if (n >= period) {
      plus -= plus / period;
      minus -= minus / period;
      range -= range / period;
    }
    if (down > 0 && up < down) {
      minus += down;
    } else if (up > 0 && up > down) {
      plus += up;
    }
    range += true_range_now;
    if (range < std::fabs(close) * 0x1p-300) plus = minus = range = 0;
  }

  double plus_index() const { return range == 0 ? 0.0 : 100.0 * (plus / range); }
  double minus_index() const { return range == 0 ? 0.0 : 100.0 * (minus / range); }

  // 100 · |difference| / sum of the two indexes, or `otherwise` where nothing has moved.
  double dx(double otherwise) const {
    const double up = plus_index();
    const double down = minus_index();
    const double sum = up + down;
    const double index = sum == 0 ? otherwise : 100.0 * (std::fabs(down - up) / sum);
    return usable(index) ? index : otherwise;
  }
};

// ADX: the mean of the first `period` DX, then (adx · (period − 1) + dx) / period; where nothing has moved,
// a DX counts as 0 in the mean and afterwards leaves the ADX as it is. Known from kline 2 · period − 1 on.
struct AverageDirectional {
  Directional movement;
  double value = 0;  // while filling: the sum of the DX

  double step(uint32_t n, double period, double high, double low, double close) {
    movement.step(n, period, high, low, close);
    if (n < period) return value;
    if (n <= 2 * period - 1) {
      value += movement.dx(0.0);
      if (n == 2 * period - 1) value /= period;
      return value;
    }
    const double dx = movement.dx(-1.0);  // no DX is below 0
    if (dx >= 0) value = (value * (period - 1) + dx) / period;
    return value;
  }
};

}  // namespace tickscan::indicator
