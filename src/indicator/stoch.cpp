// Slow stochastic: K is an average of raw %K over fast_k klines, D an average of K.
//
// Raw %K is 100 · (close − lowest low) / (highest high − lowest low), and 0 without a range (ta_STOCH.c).
// Both outputs start together, at input fast_k − 1 + lookback of K's average + lookback of D's.
#include "indicator/moving_average.h"
#include "indicator/stochastic.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Stoch {
 public:
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 2;

  static uint32_t lookback(const double* params) {
    return whole_param(params, 0) - 1 +
           moving_average_lookback(whole_param(params, 2), whole_param(params, 1)) +
           moving_average_lookback(whole_param(params, 4), whole_param(params, 3));
  }

  Stoch(Column<kWrite>& column, const double* params)
      : raw_(column, whole_param(params, 0)),
        k_(column, whole_param(params, 2), whole_param(params, 1)),
        d_(column, whole_param(params, 4), whole_param(params, 3)) {}

  void step(const double* inputs, double* outputs) {
    const double k = k_.next(raw_.next(inputs[0], inputs[1], inputs[2]));
    const double d = d_.next(k);
    if (is_unknown(d)) return;
    outputs[0] = k;
    outputs[1] = d;
  }

 private:
  RawK<kWrite> raw_;
  MovingAverage<kWrite> k_;
  MovingAverage<kWrite> d_;
};

}  // namespace

extern const Kernel stoch_kernel;
const Kernel stoch_kernel = stepped_kernel<Stoch>();

}  // namespace tickscan::indicator
