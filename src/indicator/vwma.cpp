// Volume-weighted moving average: Σ x · volume / Σ volume over the last `period` klines (Pine's ta.vwma).
//
// Products and sums are double-doubles, so a flat price gives exactly itself and nothing drifts; a window
// without any volume gives no value. TA-Lib has no such function. First output at input period − 1.
#include "indicator/volume_weighted.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Vwma {
 public:
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0) - 1; }

  Vwma(Column<kWrite>& column, const double* params) : mean_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { outputs[0] = mean_.next(inputs[0], inputs[1]); }

 private:
  VolumeWeighted<kWrite> mean_;
};

}  // namespace

extern const Kernel vwma_kernel;
const Kernel vwma_kernel = stepped_kernel<Vwma>();

}  // namespace tickscan::indicator
