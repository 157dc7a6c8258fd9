// The start, at the oldest input, of the least-squares line through the last `period` inputs.
//
// Source: TA-Lib's LINEARREG_INTERCEPT; exact sums as window_moments.h says, so equal inputs have the slope 0 exactly.
// First output at input period − 1.
#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class LinearRegressionIntercept {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  LinearRegressionIntercept(Column<kWrite>& column, const double* p) : window_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) { y[0] = window_.next(x[0]).start; }

 private:
  LeastSquares<kWrite> window_;
};

}  // namespace

extern const Kernel linearreg_intercept_kernel;
const Kernel linearreg_intercept_kernel = stepped_kernel<LinearRegressionIntercept>();

}  // namespace tickscan::indicator
