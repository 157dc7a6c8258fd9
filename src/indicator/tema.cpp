// Triple exponential moving average: 3 · ema − 3 · ema of ema + ema of ema of ema.
//
// Each EMA is seeded with the mean of its first `period` values (ta_TEMA.c, default compatibility). First
// output at input 3 (period − 1).
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class TemaOf {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return 3 * (whole_param(params, 0) - 1); }

  TemaOf(Column<kWrite>& column, const double* params) : average_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { outputs[0] = average_.next(inputs[0]); }

 private:
  Tema<kWrite> average_;
};

}  // namespace

extern const Kernel tema_kernel;
const Kernel tema_kernel = stepped_kernel<TemaOf>();

}  // namespace tickscan::indicator
