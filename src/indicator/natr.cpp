// Normalised average true range: 100 · atr / close, comparable between symbols.
//
// Source: TA-Lib's ta_NATR.c. A close of 0 gives 0, as there; unlike there, a close is 0 only if it is
// exactly 0 (TA-Lib: below 1e-14), and period 1 is in percent of the close too (TA-Lib: the bare range).
// First output at input `period`.
#include "indicator/lane_kernel.h"
#include "indicator/true_range.h"

namespace tickscan::indicator {

namespace {

struct Natr {
  using Lane = AverageTrueRange;
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    const double atr = lane.step(n, p[0], x[0], x[1], x[2]);
    y[0] = x[2] == 0 ? 0.0 : atr / x[2] * 100.0;
  }
};

}  // namespace

extern const Kernel natr_kernel;
const Kernel natr_kernel = lane_kernel<Natr>();

}  // namespace tickscan::indicator
