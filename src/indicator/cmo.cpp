// Chande momentum oscillator: 100 · (gain − loss) / (gain + loss), both averaged by Wilder's smoothing.
//
// Seeded and smoothed as RSI, which is TA-Lib's reading (ta_CMO.c); Chande's own takes plain sums. A window
// without any change gives 0. First output at input `period`.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Cmo {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0); }

  Cmo(Column<kWrite>& column, const double* params) : changes_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) {
    const auto [gain, loss] = changes_.next(inputs[0]);
    const double total = gain + loss;
    outputs[0] = total == 0 ? 0.0 : 100.0 * ((gain - loss) / total);
  }

 private:
  GainLoss<kWrite> changes_;
};

}  // namespace

extern const Kernel cmo_kernel;
const Kernel cmo_kernel = stepped_kernel<Cmo>();

}  // namespace tickscan::indicator
