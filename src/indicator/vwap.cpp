// Volume-weighted average price: Σ hlc3 · volume / Σ volume.
//
// With period 0, the default, over all klines since the lane's series starts (or restarts after a value that
// is not finite): there are no sessions, as the market never closes, so the value depends on how much history
// was loaded. With a period > 0 over the last `period` klines, which does not. Sums as in vwma. A series
// without any volume so far gives no value. TA-Lib has no such function. First output at input 0, or period −
// 1.
#include "indicator/volume_weighted.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Vwap {
 public:
  static constexpr uint32_t kInputs = 4;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return params[0] > 0 ? whole_param(params, 0) - 1 : 0; }

  Vwap(Column<kWrite>& column, const double* params) : mean_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) {
    outputs[0] = mean_.next((inputs[0] + inputs[1] + inputs[2]) / 3, inputs[3]);
  }

 private:
  VolumeWeighted<kWrite> mean_;
};

}  // namespace

extern const Kernel vwap_kernel;
const Kernel vwap_kernel = stepped_kernel<Vwap>();

}  // namespace tickscan::indicator
