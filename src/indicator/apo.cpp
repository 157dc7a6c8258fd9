// Absolute price oscillator: fast average − slow average, of the type that ma_type chooses.
//
// Each average starts with the series (ta_APO.c; macd aligns its seeds instead); periods in the wrong order
// are swapped. First output at the lookback of the slow average.
#include <algorithm>

#include "indicator/moving_average.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Apo {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) {
    return moving_average_lookback(whole_param(params, 2),
                                   std::max(whole_param(params, 0), whole_param(params, 1)));
  }

  Apo(Column<kWrite>& column, const double* params)
      : fast_(column, whole_param(params, 2), std::min(whole_param(params, 0), whole_param(params, 1))),
        slow_(column, whole_param(params, 2), std::max(whole_param(params, 0), whole_param(params, 1))) {}

  void step(const double* inputs, double* outputs) {
    const double fast = fast_.next(inputs[0]);
    const double slow = slow_.next(inputs[0]);
    outputs[0] = fast - slow;
  }

 private:
  MovingAverage<kWrite> fast_;
  MovingAverage<kWrite> slow_;
};

}  // namespace

extern const Kernel apo_kernel;
const Kernel apo_kernel = stepped_kernel<Apo>();

}  // namespace tickscan::indicator
