// Angle, in degrees, of the least-squares line through the last `period` inputs: atan(slope).
//
// Source: TA-Lib's LINEARREG_ANGLE; exact sums as window_moments.h says, so equal inputs have the slope 0 exactly.
// First output at input period − 1. A unit of price counts as long as a kline, as in TA-Lib: the angle, unlike
// the slope, is neither a price nor comparable between symbols.
#include <cmath>
#include <numbers>

#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class LinearRegressionAngle {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  LinearRegressionAngle(Column<kWrite>& column, const double* p) : window_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) {
    y[0] = std::atan(window_.next(x[0]).slope) * (180.0 / std::numbers::pi);
  }

 private:
  LeastSquares<kWrite> window_;
};

}  // namespace

extern const Kernel linearreg_angle_kernel;
const Kernel linearreg_angle_kernel = stepped_kernel<LinearRegressionAngle>();

}  // namespace tickscan::indicator
