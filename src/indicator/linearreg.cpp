// Linear regression: the end, at the present input, of the least-squares line through the last `period` inputs.
//
// Source: TA-Lib's LINEARREG; exact sums, rounded once, as window_moments.h says, so nothing but the inputs
// decides whether one lies on the line. First output at input period − 1.
#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class LinearRegression {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  LinearRegression(Column<kWrite>& column, const double* p) : window_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) { y[0] = window_.next(x[0]).end; }

 private:
  LeastSquares<kWrite> window_;
};

}  // namespace

extern const Kernel linearreg_kernel;
const Kernel linearreg_kernel = stepped_kernel<LinearRegression>();

}  // namespace tickscan::indicator
