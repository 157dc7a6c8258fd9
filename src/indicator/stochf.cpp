// Fast stochastic: K is raw %K over fast_k klines, D an average of K.
//
// Raw %K is 100 · (close − lowest low) / (highest high − lowest low), and 0 without a range (ta_STOCHF.c).
// Both outputs start together, at input fast_k − 1 + lookback of D's average.
#include "indicator/moving_average.h"
#include "indicator/stochastic.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class StochF {
 public:
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 2;

  static uint32_t lookback(const double* params) {
    return whole_param(params, 0) - 1 +
           moving_average_lookback(whole_param(params, 2), whole_param(params, 1));
  }

  StochF(Column<kWrite>& column, const double* params)
      : raw_(column, whole_param(params, 0)), d_(column, whole_param(params, 2), whole_param(params, 1)) {}

  void step(const double* inputs, double* outputs) {
    const double k = raw_.next(inputs[0], inputs[1], inputs[2]);
    const double d = d_.next(k);
    if (is_unknown(d)) return;
    outputs[0] = k;
    outputs[1] = d;
  }

 private:
  RawK<kWrite> raw_;
  MovingAverage<kWrite> d_;
};

}  // namespace

extern const Kernel stochf_kernel;
const Kernel stochf_kernel = stepped_kernel<StochF>();

}  // namespace tickscan::indicator
