// Hull moving average: the WMA over √period values of 2 · wma(period / 2) − wma(period).
//
// Half and root are rounded down, as in Hull's own Integer(period / 2) and as Pine's ta.hma does. The WMAs
// are exact (parts.h). First output at input period − 1 + ⌊√period⌋ − 1.
#include <cmath>

#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

uint32_t root_of(uint32_t period) { return static_cast<uint32_t>(std::sqrt(static_cast<double>(period))); }

template <bool kWrite>
class Hma {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) {
    return whole_param(params, 0) + root_of(whole_param(params, 0)) - 2;
  }

  Hma(Column<kWrite>& column, const double* params)
      : half_(column, whole_param(params, 0) / 2),
        whole_(column, whole_param(params, 0)),
        smooth_(column, root_of(whole_param(params, 0))) {}

  void step(const double* inputs, double* outputs) {
    outputs[0] = smooth_.next(2.0 * half_.next(inputs[0]) - whole_.next(inputs[0]));
  }

 private:
  Wma<kWrite> half_;
  Wma<kWrite> whole_;
  Wma<kWrite> smooth_;
};

}  // namespace

extern const Kernel hma_kernel;
const Kernel hma_kernel = stepped_kernel<Hma>();

}  // namespace tickscan::indicator
