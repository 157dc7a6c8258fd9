// Kaufman's adaptive moving average: an EMA whose factor follows the efficiency of the last `period` inputs.
//
// Efficiency is |way| / path, with way = x − x[period] and path = Σ |x − x[1]|; the factor is
// (efficiency · (2/3 − 2/31) + 2/31)². Starts from the input before the first output (ta_KAMA.c). The path is
// an exact sum, and only a path of exactly 0 counts as flat: TA-Lib's test against 1e-14 takes moves of tiny
// prices for none. First output at input `period`.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class KamaOf {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0); }

  KamaOf(Column<kWrite>& column, const double* params) : average_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { outputs[0] = average_.next(inputs[0]); }

 private:
  Kama<kWrite> average_;
};

}  // namespace

extern const Kernel kama_kernel;
const Kernel kama_kernel = stepped_kernel<KamaOf>();

}  // namespace tickscan::indicator
