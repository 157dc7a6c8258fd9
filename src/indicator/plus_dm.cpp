// Wilder's upward movement, smoothed: what the high rose more than the low fell by.
//
// Formula and source: directional.h. The first output is the bare sum of the first period − 1 movements, at
// input period − 1 (input 1 for period 1), as TA-Lib's PLUS_DM.
#include "indicator/directional.h"
#include "indicator/lane_kernel.h"

namespace tickscan::indicator {

namespace {

struct PlusDm {
  using Lane = Directional;
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return p[0] > 1 ? whole_param(p, 0) - 1 : 1; }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    // No close is needed: the true range does not enter.
    lane.step(n, p[0], x[0], x[1], x[0]);
    y[0] = lane.plus;
  }
};

}  // namespace

extern const Kernel plus_dm_kernel;
const Kernel plus_dm_kernel = lane_kernel<PlusDm>();

}  // namespace tickscan::indicator
