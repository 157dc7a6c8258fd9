// Rate of change as a ratio in percent: x / x[period] · 100, and 0 after a 0 (ta_ROCR100.c). First output at
// input `period`.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class RocR100 {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0); }

  RocR100(Column<kWrite>& column, const double* params) : past_(column, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) {
    if (past_.full()) {
      const double before = past_.oldest();
      outputs[0] = before == 0 ? 0.0 : inputs[0] / before * 100.0;
    }
    past_.push(inputs[0]);
  }

 private:
  Ring<kWrite> past_;
};

}  // namespace

extern const Kernel rocr100_kernel;
const Kernel rocr100_kernel = stepped_kernel<RocR100>();

}  // namespace tickscan::indicator
