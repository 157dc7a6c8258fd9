// Bollinger bands: an average, and bands dev_up and dev_down standard deviations above and below it.
//
// Source: J. Bollinger; TA-Lib's ta_BBANDS.c: the deviation is that of the population around the window's
// plain mean, whatever average `ma_type` chooses (moving_average.h). percent_b is the input's place between
// the bands (0 lower, 1 upper; unknown where they meet), width is (upper − lower) / middle.
// The deviation is computed as window_moments.h says: TA-Lib answers 0 for a variance below 1e-14, that is
// for any low price. Around the plain mean a band is (Σx ± dev · √(n · Σx² − (Σx)²)) / n, rounded once: the fifth
// of five prices, four of them equal, lies exactly on a band of two deviations, and is seen to. First output when
// both are known: at input period − 1 with the plain average. (With mama TA-Lib puts the two together out of step.)
#include <algorithm>

#include "indicator/moving_average.h"
#include "indicator/window_moments.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class BollingerBands {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 5;
  static uint32_t lookback(const double* p) {
    return std::max(moving_average_lookback(whole_param(p, 3), whole_param(p, 0)), whole_param(p, 0) - 1);
  }

  BollingerBands(Column<kWrite>& column, const double* p)
      : p_(p), window_(column, whole_param(p, 0)), average_(column, whole_param(p, 3), whole_param(p, 0)) {}

  void step(const double* x, double* y) {
    const auto window = window_.next(x[0]);
    const double middle = average_.next(x[0]);
    // Mama may be known before the window is full.
    if (is_unknown(window.variance) || is_unknown(middle)) return;
    const DoubleDouble center = p_[3] == 0 ? window.sum : exact_product(p_[0], middle);
    const DoubleDouble root = root_of(window.spread);
    const double upper = band(center, multiple_of(root, p_[1]));
    const double lower = band(center, multiple_of(root, -p_[2]));
    y[0] = middle;
    y[1] = upper;
    y[2] = lower;
    y[3] = (x[0] - lower) / (upper - lower);
    y[4] = (upper - lower) / middle;
  }

 private:
  double band(DoubleDouble center, DoubleDouble away) const { return sum_of(center, away).divided_by(p_[0]); }

  const double* p_;
  Variance<kWrite> window_;
  MovingAverage<kWrite> average_;
};

}  // namespace

extern const Kernel bbands_kernel;
const Kernel bbands_kernel = stepped_kernel<BollingerBands>();

}  // namespace tickscan::indicator
