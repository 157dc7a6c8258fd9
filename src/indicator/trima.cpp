// Triangular moving average: weights 1, 2, … up to the window's middle and down again.
//
// Computed as the sum over (period + 1) / 2 values (whole division) of sums over period / 2 + 1 values, exact and
// rounded once, so nothing drifts (ta_TRIMA.c keeps one running numerator in plain doubles). First output at
// input period − 1.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class TrimaOf {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0) - 1; }

  TrimaOf(Column<kWrite>& column, const double* params) : average_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { outputs[0] = average_.next(inputs[0]); }

 private:
  Trima<kWrite> average_;
};

}  // namespace

extern const Kernel trima_kernel;
const Kernel trima_kernel = stepped_kernel<TrimaOf>();

}  // namespace tickscan::indicator
