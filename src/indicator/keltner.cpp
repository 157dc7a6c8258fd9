// Keltner channel: an exponential average of the close, and bands `multiplier` average true ranges away.
//
// Source: C. Keltner in L. B. Raschke's form, TradingView's defaults. The average is that of ema (seeded with
// the mean of its first `period` closes), the range that of atr. First output at input
// max(period − 1, atr_period).
#include <algorithm>

#include "indicator/lane_kernel.h"
#include "indicator/true_range.h"

namespace tickscan::indicator {

namespace {

struct Keltner {
  struct Lane {
    AverageTrueRange atr;
    double average = 0;  // while filling: the sum of the closes
  };
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 3;
  static uint32_t lookback(const double* p) { return std::max(whole_param(p, 0) - 1, whole_param(p, 2)); }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    const double atr = lane.atr.step(n, p[2], x[0], x[1], x[2]);
    if (n < p[0]) {
      lane.average += x[2];
      if (n + 1 == p[0]) lane.average /= p[0];
    } else {
      lane.average = (x[2] - lane.average) * (2.0 / (p[0] + 1.0)) + lane.average;
    }
    y[0] = lane.average;
    y[1] = lane.average + p[1] * atr;
    y[2] = lane.average - p[1] * atr;
  }
};

}  // namespace

extern const Kernel keltner_kernel;
const Kernel keltner_kernel = lane_kernel<Keltner>();

}  // namespace tickscan::indicator
