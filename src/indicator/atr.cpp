// Average true range: Wilder's smoothing of the true range.
//
// Source: TA-Lib's ta_ATR.c, default compatibility: seeded with the mean of the ranges of klines 1 to
// `period` (kline 0 has none), then (atr · (period − 1) + range) / period. First output at input `period`.
#include "indicator/lane_kernel.h"
#include "indicator/steady.h"
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

// On the rows of lane_kernel.h: the count, then the lane's numbers.
struct FastAtr {
  static constexpr uint32_t kCountRow = 0;
  static double full(const double* params) { return params[0] + 1; }

  template <bool kWrite>
  static void step(Rows<kWrite> rows, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
    const double period = params[0];
    const double* __restrict high = inputs[0];
    const double* __restrict low = inputs[1];
    const double* __restrict close = inputs[2];
    auto* __restrict close_before = row_of(rows, 1);
    auto* __restrict values = row_of(rows, 2);
    double* __restrict output = outputs[0];
    for_each_lane(lanes, [=](uint32_t lane) {
      const double range = true_range(high[lane], low[lane], close_before[lane]);
      const double value = (values[lane] * (period - 1) + range) / period;
      output[lane] = value;
      if constexpr (kWrite) {
        close_before[lane] = close[lane];
        values[lane] = value;
      }
    });
  }
};

}  // namespace

extern const Kernel atr_kernel;
const Kernel atr_kernel = steady_kernel<OfLane<Atr>::Indicator, FastAtr>();

}  // namespace tickscan::indicator
