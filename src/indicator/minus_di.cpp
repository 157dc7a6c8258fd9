// Wilder's downward index: the smoothed downward movement in percent of the smoothed true range.
//
// Formula and source: directional.h. A range of 0 gives 0. First output at input `period`, as TA-Lib's
// MINUS_DI, which forgets the factor 100 for period 1; here period 1 is in percent too.
#include "indicator/directional.h"
#include "indicator/lane_kernel.h"

namespace tickscan::indicator {

namespace {

struct MinusDi {
  using Lane = Directional;
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    lane.step(n, p[0], x[0], x[1], x[2]);
    y[0] = lane.minus_index();
  }
};

}  // namespace

extern const Kernel minus_di_kernel;
const Kernel minus_di_kernel = lane_kernel<MinusDi>();

}  // namespace tickscan::indicator
