// TRIX: the change in percent, from one kline to the next, of an EMA of an EMA of an EMA.
//
// Each EMA is seeded with the mean of its first `period` values (ta_TRIX.c); 0 after a 0. First output at
// input 3 (period − 1) + 1.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Trix {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return 3 * (whole_param(params, 0) - 1) + 1; }

  Trix(Column<kWrite>& column, const double* params)
      : first_(column, whole_param(params, 0)),
        second_(column, whole_param(params, 0)),
        third_(column, whole_param(params, 0)),
        before_(column, 1) {}

  void step(const double* inputs, double* outputs) {
    const double value = third_.next(second_.next(first_.next(inputs[0])));
    if (is_unknown(value)) return;
    if (before_.full()) {
      const double before = before_.oldest();
      outputs[0] = before == 0 ? 0.0 : (value / before - 1.0) * 100.0;
    }
    before_.push(value);
  }

 private:
  Ema<kWrite> first_;
  Ema<kWrite> second_;
  Ema<kWrite> third_;
  Ring<kWrite> before_;
};

}  // namespace

extern const Kernel trix_kernel;
const Kernel trix_kernel = stepped_kernel<Trix>();

}  // namespace tickscan::indicator
