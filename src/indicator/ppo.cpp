// Percentage price oscillator: (fast average − slow average) / slow average in percent.
//
// Each average starts with the series (ta_PPO.c; macd aligns its seeds instead); periods in the wrong order
// are swapped; a slow average of exactly 0 gives 0. First output at the lookback of the slow average.
#include <algorithm>

#include "indicator/moving_average.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Ppo {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) {
    return moving_average_lookback(whole_param(params, 2),
                                   std::max(whole_param(params, 0), whole_param(params, 1)));
  }

  Ppo(Column<kWrite>& column, const double* params)
      : fast_(column, whole_param(params, 2), std::min(whole_param(params, 0), whole_param(params, 1))),
        slow_(column, whole_param(params, 2), std::max(whole_param(params, 0), whole_param(params, 1))) {}

  void step(const double* inputs, double* outputs) {
    const double fast = fast_.next(inputs[0]);
    const double slow = slow_.next(inputs[0]);
    outputs[0] = slow == 0 ? 0.0 : (fast - slow) / slow * 100.0;
  }

 private:
  MovingAverage<kWrite> fast_;
  MovingAverage<kWrite> slow_;
};

}  // namespace

extern const Kernel ppo_kernel;
const Kernel ppo_kernel = stepped_kernel<Ppo>();

}  // namespace tickscan::indicator
