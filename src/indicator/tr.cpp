// True range: the largest of high − low, |high − previous close| and |low − previous close|.
//
// Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib's TRANGE. The first kline
// has no previous close, so the first output is at input 1, as TA-Lib's.
#include "indicator/lane_kernel.h"
#include "indicator/true_range.h"

namespace tickscan::indicator {

namespace {

struct TrueRange {
  struct Lane {
    double close_before = 0;
  };
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double*) { return 1; }
  static void step(Lane& lane, uint32_t, const double*, const double* x, double* y) {
    y[0] = true_range(x[0], x[1], lane.close_before);
    lane.close_before = x[2];
  }
};

}  // namespace

extern const Kernel tr_kernel;
const Kernel tr_kernel = lane_kernel<TrueRange>();

}  // namespace tickscan::indicator
