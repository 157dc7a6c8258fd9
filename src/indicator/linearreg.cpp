// Linear regression: the end, at the present input, of the least-squares line through the last `period` inputs.
//
// Source: TA-Lib's LINEARREG; exact sums as window_moments.h says, so equal inputs have the slope 0 exactly.
// First output at input period − 1.
#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class LinearRegression {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  LinearRegression(Column<kWrite>& column, const double* p) : p_(p), window_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) {
    const auto line = window_.next(x[0]);
    y[0] = line.mean + line.slope * ((p_[0] - 1) / 2);
  }

 private:
  const double* p_;
  LeastSquares<kWrite> window_;
};

}  // namespace

extern const Kernel linearreg_kernel;
const Kernel linearreg_kernel = stepped_kernel<LinearRegression>();

}  // namespace tickscan::indicator
