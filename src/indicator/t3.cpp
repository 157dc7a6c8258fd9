// Tillson's T3, as t3.h says, with the volume factor as a parameter.
#include "indicator/t3.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class T3Of {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return 6 * (whole_param(params, 0) - 1); }

  T3Of(Column<kWrite>& column, const double* params) : average_(column, whole_param(params, 0), params[1]) {}

  void step(const double* inputs, double* outputs) { outputs[0] = average_.next(inputs[0]); }

 private:
  T3<kWrite> average_;
};

}  // namespace

extern const Kernel t3_kernel;
const Kernel t3_kernel = stepped_kernel<T3Of>();

}  // namespace tickscan::indicator
