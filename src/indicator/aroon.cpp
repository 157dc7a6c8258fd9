// Aroon: in percent of the period, how recent are the lowest low (down) and the highest high (up).
//
// Formula, source and first index: aroon.h; the outputs are in TA-Lib's order.
#include "indicator/aroon.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Aroon {
 public:
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 2;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }

  Aroon(Column<kWrite>& column, const double* p) : period_(p[0]), ages_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) {
    const auto [since_high, since_low] = ages_.next(x[0], x[1]);
    const double percent = 100.0 / period_;
    y[0] = percent * (period_ - since_low);
    y[1] = percent * (period_ - since_high);
  }

 private:
  double period_;
  ExtremeAges<kWrite> ages_;
};

}  // namespace

extern const Kernel aroon_kernel;
const Kernel aroon_kernel = stepped_kernel<Aroon>();

}  // namespace tickscan::indicator
