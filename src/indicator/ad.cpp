// Chaikin's accumulation/distribution line: the running sum of money_flow_volume.
//
// Source: TA-Lib's ta_AD.c. First output at input 0: the level depends on where the history begins, only its
// changes mean something. The sum is a double-double, so it loses nothing over a million klines.
#include "base/double_double.h"
#include "indicator/lane_kernel.h"
#include "indicator/money_flow.h"

namespace tickscan::indicator {

namespace {

struct Ad {
  struct Lane {
    DoubleDouble sum;
  };
  static constexpr uint32_t kInputs = 4;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double*) { return 0; }
  static void step(Lane& lane, uint32_t, const double*, const double* x, double* y) {
    lane.sum = lane.sum.plus(money_flow_volume(x[0], x[1], x[2], x[3]));
    y[0] = lane.sum.hi;
  }
};

}  // namespace

extern const Kernel ad_kernel;
const Kernel ad_kernel = lane_kernel<Ad>();

}  // namespace tickscan::indicator
