// Balance of power: (close − open) / (high − low), and 0 without a range (ta_BOP.c).
//
// The range is compared with 0 exactly; TA-Lib's test against 1e-14 would take a tiny price's range for none.
// First output at input 0.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Bop {
 public:
  static constexpr uint32_t kInputs = 4;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double*) { return 0; }

  Bop(Column<kWrite>&, const double*) {}

  void step(const double* inputs, double* outputs) {
    const double range = inputs[1] - inputs[2];
    outputs[0] = range <= 0 ? 0.0 : (inputs[3] - inputs[0]) / range;
  }
};

}  // namespace

extern const Kernel bop_kernel;
const Kernel bop_kernel = stepped_kernel<Bop>();

}  // namespace tickscan::indicator
