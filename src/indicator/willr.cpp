// Williams' %R: −100 · (highest high − close) / (highest high − lowest low) of the last `period` klines.
//
// In TA-Lib's order of operations (ta_WILLR.c); 0 if the range is exactly 0. First output at input period −
// 1.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class WillR {
 public:
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0) - 1; }

  WillR(Column<kWrite>& column, const double* params)
      : highest_(column, whole_param(params, 0)), lowest_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) {
    const double highest = highest_.next(inputs[0]);
    const double lowest = lowest_.next(inputs[1]);
    const double range = (highest - lowest) / -100.0;
    outputs[0] = range == 0 ? 0.0 : (highest - inputs[2]) / range;
  }

 private:
  Highest<kWrite> highest_;
  Lowest<kWrite> lowest_;
};

}  // namespace

extern const Kernel willr_kernel;
const Kernel willr_kernel = stepped_kernel<WillR>();

}  // namespace tickscan::indicator
