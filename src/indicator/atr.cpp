// Average true range: Wilder's smoothing of the true range.
//
// Source: TA-Lib's ta_ATR.c, default compatibility: seeded with the mean of the ranges of klines 1 to
// `period` (kline 0 has none), then (atr · (period − 1) + range) / period. First output at input `period`.
#include "indicator/lane_kernel.h"
#include "indicator/true_range.h"

namespace tickscan::indicator {

namespace {

struct Atr {
  using Lane = AverageTrueRange;
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    y[0] = lane.step(n, p[0], x[0], x[1], x[2]);
  }
};

}  // namespace

extern const Kernel atr_kernel;
const Kernel atr_kernel = lane_kernel<Atr>();

}  // namespace tickscan::indicator
