// Wilder's moving average (rma, smma): (average · (period − 1) + x) / period.
//
// Seeded with the mean of the first `period` inputs, in the order of operations that TA-Lib uses inside RSI
// and ATR; TA-Lib has no function of its own for it. First output at input period − 1.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class RmaOf {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0) - 1; }

  RmaOf(Column<kWrite>& column, const double* params) : average_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { outputs[0] = average_.next(inputs[0]); }

 private:
  Rma<kWrite> average_;
};

}  // namespace

extern const Kernel rma_kernel;
const Kernel rma_kernel = stepped_kernel<RmaOf>();

}  // namespace tickscan::indicator
