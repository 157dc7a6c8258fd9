// Stochastic RSI: the fast stochastic of rsi(period), which stands for high, low and close.
//
// RSI as in rsi.cpp, %K as in stochf.cpp (ta_STOCHRSI.c); an RSI that did not move gives 0. D is an exact
// mean: over K = 0 it is 0, where TA-Lib's running sum leaves rests like 1e-15. Both outputs start together,
// at input period + fast_k − 1 + lookback of D's average.
#include "indicator/moving_average.h"
#include "indicator/stochastic.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class StochRsi {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 2;

  static uint32_t lookback(const double* params) {
    return whole_param(params, 0) + whole_param(params, 1) - 1 +
           moving_average_lookback(whole_param(params, 3), whole_param(params, 2));
  }

  StochRsi(Column<kWrite>& column, const double* params)
      : changes_(column, whole_param(params, 0)),
        raw_(column, whole_param(params, 1)),
        d_(column, whole_param(params, 3), whole_param(params, 2)) {}

  void step(const double* inputs, double* outputs) {
    const auto [gain, loss] = changes_.next(inputs[0]);
    const double total = gain + loss;
    const double rsi = total == 0 ? 0.0 : 100.0 * (gain / total);
    const double k = raw_.next(rsi, rsi, rsi);
    const double d = d_.next(k);
    if (is_unknown(d)) return;
    outputs[0] = k;
    outputs[1] = d;
  }

 private:
  GainLoss<kWrite> changes_;
  RawK<kWrite> raw_;
  MovingAverage<kWrite> d_;
};

}  // namespace

extern const Kernel stochrsi_kernel;
const Kernel stochrsi_kernel = stepped_kernel<StochRsi>();

}  // namespace tickscan::indicator
