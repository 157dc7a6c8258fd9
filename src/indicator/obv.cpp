// On-balance volume: volume added when the close rises, taken away when it falls.
//
// Source: J. Granville (1963); TA-Lib's ta_OBV.c. The first output, at input 0, is the first volume: the
// level depends on where the history begins, only its changes mean something. The sum is a double-double,
// so it loses nothing over a million klines.
#include "base/double_double.h"
#include "indicator/lane_kernel.h"

namespace tickscan::indicator {

namespace {

struct Obv {
  struct Lane {
    double close_before = 0;
    DoubleDouble sum;
  };
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double*) { return 0; }
  static void step(Lane& lane, uint32_t n, const double*, const double* x, double* y) {
    if (n == 0 || x[0] > lane.close_before) {
      lane.sum = lane.sum.plus(x[1]);
    } else if (x[0] < lane.close_before) {
      lane.sum = lane.sum.plus(-x[1]);
    }
    lane.close_before = x[0];
    y[0] = lane.sum.hi;
  }
};

}  // namespace

extern const Kernel obv_kernel;
const Kernel obv_kernel = lane_kernel<Obv>();

}  // namespace tickscan::indicator
