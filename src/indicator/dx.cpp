// Wilder's directional movement index: 100 · |plus_di − minus_di| / (plus_di + minus_di).
//
// Formula and source: directional.h. Where nothing has moved, the output before is kept, 0 if there is none,
// as TA-Lib's DX. First output at input `period`.
#include "indicator/directional.h"
#include "indicator/lane_kernel.h"

namespace tickscan::indicator {

namespace {

struct Dx {
  struct Lane {
    Directional movement;
    double value = 0;
  };
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    lane.movement.step(n, p[0], x[0], x[1], x[2]);
    if (n < p[0]) return;
    lane.value = lane.movement.dx(lane.value);
    y[0] = lane.value;
  }
};

}  // namespace

extern const Kernel dx_kernel;
const Kernel dx_kernel = lane_kernel<Dx>();

}  // namespace tickscan::indicator
