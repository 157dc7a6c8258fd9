// Average directional index: Wilder's smoothing of the DX, the strength of a trend whatever its direction.
//
// Formula and source: directional.h. First output at input 2 · period − 1, as TA-Lib's ADX.
#include "indicator/directional.h"
#include "indicator/lane_kernel.h"

namespace tickscan::indicator {

namespace {

struct Adx {
  using Lane = AverageDirectional;
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return 2 * whole_param(p, 0) - 1; }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    y[0] = lane.step(n, p[0], x[0], x[1], x[2]);
  }
};

}  // namespace

extern const Kernel adx_kernel;
const Kernel adx_kernel = lane_kernel<Adx>();

}  // namespace tickscan::indicator
