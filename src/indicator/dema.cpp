// Double exponential moving average: 2 · ema − ema of ema.
//
// Each EMA is seeded with the mean of its first `period` values (ta_DEMA.c, default compatibility). First
// output at input 2 (period − 1).
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class DemaOf {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return 2 * (whole_param(params, 0) - 1); }

  DemaOf(Column<kWrite>& column, const double* params) : average_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { outputs[0] = average_.next(inputs[0]); }

 private:
  Dema<kWrite> average_;
};

}  // namespace

extern const Kernel dema_kernel;
const Kernel dema_kernel = stepped_kernel<DemaOf>();

}  // namespace tickscan::indicator
