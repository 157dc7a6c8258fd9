// Aroon oscillator: aroon's up − down.
//
// Formula, source and first index: aroon.h; the difference is taken before the scaling, as in TA-Lib's
// ta_AROONOSC.c.
#include "indicator/aroon.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class AroonOscillator {
 public:
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }

  AroonOscillator(Column<kWrite>& column, const double* p)
      : period_(p[0]), ages_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) {
    const auto [since_high, since_low] = ages_.next(x[0], x[1]);
    y[0] = 100.0 / period_ * (since_low - since_high);
  }

 private:
  double period_;
  ExtremeAges<kWrite> ages_;
};

}  // namespace

extern const Kernel aroonosc_kernel;
const Kernel aroonosc_kernel = stepped_kernel<AroonOscillator>();

}  // namespace tickscan::indicator
