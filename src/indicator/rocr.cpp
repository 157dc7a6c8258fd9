// Rate of change as a ratio: x / x[period], and 0 after a 0 (ta_ROCR.c). First output at input `period`.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class RocR {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0); }

  RocR(Column<kWrite>& column, const double* params) : past_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) {
    if (past_.full()) {
      const double before = past_.oldest();
      outputs[0] = before == 0 ? 0.0 : inputs[0] / before;
    }
    past_.push(inputs[0]);
  }

 private:
  Ring<kWrite> past_;
};

}  // namespace

extern const Kernel rocr_kernel;
const Kernel rocr_kernel = stepped_kernel<RocR>();

}  // namespace tickscan::indicator
