// Awesome oscillator (Williams): the mean of hl2 over the fast period − its mean over the slow one.
//
// Exact means; periods in the wrong order are swapped, as in apo. First output at input slow − 1.
#include <algorithm>

#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Ao {
 public:
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) {
    return std::max(whole_param(params, 0), whole_param(params, 1)) - 1;
  }

  Ao(Column<kWrite>& column, const double* params)
      : fast_(column, std::min(whole_param(params, 0), whole_param(params, 1))),
        slow_(column, std::max(whole_param(params, 0), whole_param(params, 1))) {}

  void step(const double* inputs, double* outputs) {
    const double middle = (inputs[0] + inputs[1]) / 2;
    const double fast = fast_.next(middle);
    outputs[0] = fast - slow_.next(middle);
  }

 private:
  Sma<kWrite> fast_;
  Sma<kWrite> slow_;
};

}  // namespace

extern const Kernel ao_kernel;
const Kernel ao_kernel = stepped_kernel<Ao>();

}  // namespace tickscan::indicator
