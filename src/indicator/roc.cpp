// Rate of change in percent: (x / x[period] − 1) · 100, and 0 after a 0 (ta_ROC.c). First output at input
// `period`.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Roc {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0); }

  Roc(Column<kWrite>& column, const double* params) : past_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) {
    if (past_.full()) {
      const double before = past_.oldest();
      outputs[0] = before == 0 ? 0.0 : (inputs[0] / before - 1.0) * 100.0;
    }
    past_.push(inputs[0]);
  }

 private:
  Ring<kWrite> past_;
};

}  // namespace

extern const Kernel roc_kernel;
const Kernel roc_kernel = stepped_kernel<Roc>();

}  // namespace tickscan::indicator
