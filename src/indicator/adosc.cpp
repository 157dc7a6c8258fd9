// Chaikin's oscillator: a fast minus a slow exponential average of the accumulation/distribution line.
//
// Source: TA-Lib's ta_ADOSC.c: both averages start at the line's first value, at the first kline, and go on
// as k · ad + (1 − k) · before. First output at input max(fast, slow) − 1. Where the line is far above its
// movements, the difference of the two cancels; as the seed fades, its level no longer matters.
#include <algorithm>

#include "base/double_double.h"
#include "indicator/lane_kernel.h"
#include "indicator/money_flow.h"

namespace tickscan::indicator {

namespace {

struct Adosc {
  struct Lane {
    DoubleDouble line;
    double fast = 0;
    double slow = 0;
  };
  static constexpr uint32_t kInputs = 4;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return std::max(whole_param(p, 0), whole_param(p, 1)) - 1; }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    lane.line = lane.line.plus(money_flow_volume(x[0], x[1], x[2], x[3]));
    const double line = lane.line.hi;
    const double fast = 2.0 / (p[0] + 1.0);
    const double slow = 2.0 / (p[1] + 1.0);
    lane.fast = n == 0 ? line : fast * line + (1.0 - fast) * lane.fast;
    lane.slow = n == 0 ? line : slow * line + (1.0 - slow) * lane.slow;
    y[0] = lane.fast - lane.slow;
  }
};

}  // namespace

extern const Kernel adosc_kernel;
const Kernel adosc_kernel = lane_kernel<Adosc>();

}  // namespace tickscan::indicator
