// MACD with a choice of average for each line.
//
// As in ta_MACDEXT.c both averages give their first value on the same kline, so the one with the shorter
// lookback leaves out the inputs before its share; periods in the wrong order are swapped with their types.
// First output at input max(lookbacks of the two) + lookback of the signal.
#include <algorithm>

#include "indicator/moving_average.h"

namespace tickscan::indicator {

namespace {

struct Choice {
  uint32_t fast;
  uint32_t fast_type;
  uint32_t slow;
  uint32_t slow_type;
  uint32_t signal;
  uint32_t signal_type;
  uint32_t fast_lookback;
  uint32_t slow_lookback;
};

Choice chosen(const double* params) {
  Choice one{};
  const uint32_t fast = params[2] < params[0] ? 2 : 0;
  one.fast = whole_param(params, fast);
  one.fast_type = whole_param(params, fast + 1);
  one.slow = whole_param(params, 2 - fast);
  one.slow_type = whole_param(params, 3 - fast);
  one.signal = whole_param(params, 4);
  one.signal_type = whole_param(params, 5);
  one.fast_lookback = moving_average_lookback(one.fast_type, one.fast);
  one.slow_lookback = moving_average_lookback(one.slow_type, one.slow);
  return one;
}

template <bool kWrite>
class MacdExt {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 3;

  static uint32_t lookback(const double* params) {
    const Choice one = chosen(params);
    return std::max(one.fast_lookback, one.slow_lookback) +
           moving_average_lookback(one.signal_type, one.signal);
  }

  MacdExt(Column<kWrite>& column, const double* params)
      : choice_(chosen(params)),
        scalars_(column.scalars(1)),
        fast_(column, choice_.fast_type, choice_.fast),
        slow_(column, choice_.slow_type, choice_.slow),
        signal_(column, choice_.signal_type, choice_.signal) {}

  void step(const double* inputs, double* outputs) {
    // Inputs so far, counted no further than the longer lookback.
    const double seen = scalars_[0];
    const uint32_t first = std::max(choice_.fast_lookback, choice_.slow_lookback);
    if (seen < first) scalars_.set(0, seen + 1);
    const double fast = seen + choice_.fast_lookback >= first ? fast_.next(inputs[0]) : kUnknown;
    const double slow = seen + choice_.slow_lookback >= first ? slow_.next(inputs[0]) : kUnknown;
    const double macd = fast - slow;
    const double signal = signal_.next(macd);
    if (is_unknown(signal)) return;
    outputs[0] = macd;
    outputs[1] = signal;
    outputs[2] = macd - signal;
  }

 private:
  Choice choice_;
  Slice<kWrite> scalars_;  // inputs so far
  MovingAverage<kWrite> fast_;
  MovingAverage<kWrite> slow_;
  MovingAverage<kWrite> signal_;
};

}  // namespace

extern const Kernel macdext_kernel;
const Kernel macdext_kernel = stepped_kernel<MacdExt>();

}  // namespace tickscan::indicator
