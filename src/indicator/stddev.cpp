// Standard deviation of the last `period` inputs (of the population: divided by n), times nb_dev.
//
// Source: TA-Lib's STDDEV, computed as window_moments.h says: TA-Lib answers 0 for a variance below 1e-14,
// that is for any low price; here only equal inputs give 0. First output at input period − 1.
#include <cmath>

#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class StandardDeviation {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  StandardDeviation(Column<kWrite>& column, const double* p) : p_(p), window_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) { y[0] = std::sqrt(window_.next(x[0]).variance) * p_[1]; }

 private:
  const double* p_;
  Variance<kWrite> window_;
};

}  // namespace

extern const Kernel stddev_kernel;
const Kernel stddev_kernel = stepped_kernel<StandardDeviation>();

}  // namespace tickscan::indicator
