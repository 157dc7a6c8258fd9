// Weighted moving average: Σ i · x_i / (1 + … + period), the newest input having the weight `period`.
//
// Both sliding sums are double-doubles (parts.h), so the average is the correctly rounded fresh one and does
// not drift as TA-Lib's running sum (ta_WMA.c) does. First output at input period − 1, as TA-Lib's WMA.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class WmaOf {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0) - 1; }

  WmaOf(Column<kWrite>& column, const double* params) : average_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { outputs[0] = average_.next(inputs[0]); }

 private:
  Wma<kWrite> average_;
};

}  // namespace

extern const Kernel wma_kernel;
const Kernel wma_kernel = stepped_kernel<WmaOf>();

}  // namespace tickscan::indicator
