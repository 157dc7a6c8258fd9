// Variance of the last `period` inputs (of the population: divided by n).
//
// Source: TA-Lib's VAR, computed as window_moments.h says, exact where TA-Lib's difference of squares cancels.
// As there, nb_dev is a parameter without effect. First output at input period − 1.
#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class PopulationVariance {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  PopulationVariance(Column<kWrite>& column, const double* p) : window_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) { y[0] = window_.next(x[0]).variance; }

 private:
  Variance<kWrite> window_;
};

}  // namespace

extern const Kernel var_kernel;
const Kernel var_kernel = stepped_kernel<PopulationVariance>();

}  // namespace tickscan::indicator
