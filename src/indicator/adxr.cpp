// Average directional index rating: the mean of the ADX now and the ADX period − 1 klines before.
//
// Formula and source: directional.h and TA-Lib's ta_ADXR.c. First output at input 3 · period − 2.
#include "indicator/directional.h"
#include "indicator/lane_kernel.h"
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Adxr {
 public:
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return 3 * whole_param(p, 0) - 2; }

  Adxr(Column<kWrite>& column, const double* p)
      : period_(p[0]), count_(column.scalars(1)), adx_(column), past_(column, whole_param(p, 0) - 1) {}

  void step(const double* x, double* y) {
    const double n = count_[0];
    count_.set(0, n <= 2 * period_ ? n + 1 : n);
    AverageDirectional adx = adx_.get();
    const double now = adx.step(static_cast<uint32_t>(n), period_, x[0], x[1], x[2]);
    adx_.set(adx);
    if (n < 2 * period_ - 1) return;
    if (past_.full()) y[0] = (now + past_.oldest()) / 2.0;
    past_.push(now);
  }

 private:
  double period_;
  Slice<kWrite> count_;
  Kept<kWrite, AverageDirectional> adx_;
  Ring<kWrite> past_;  // of the ADX
};

}  // namespace

extern const Kernel adxr_kernel;
const Kernel adxr_kernel = stepped_kernel<Adxr>();

}  // namespace tickscan::indicator
