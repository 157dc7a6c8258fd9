// The algorithm of macd and macdfix.
#pragma once

#include "indicator/parts.h"

namespace tickscan::indicator {

// Two EMAs whose difference is smoothed by a third. As in TA-Lib both EMAs give their first value on the same
// kline: the fast one leaves out the inputs before the last `fast` of the slow one's seed.
template <bool kWrite>
class MacdLines {
 public:
  struct Average {
    uint32_t period;
    double factor;
  };

  MacdLines(Column<kWrite>& column, Average fast, Average slow, uint32_t signal)
      : skipped_(slow.period - fast.period),
        scalars_(column.scalars(1)),
        fast_(column, fast.period, fast.factor),
        slow_(column, slow.period, slow.factor),
        signal_(column, signal) {}

  void step(const double* inputs, double* outputs) {
    const double seen = scalars_[0];
    double fast = kUnknown;
    if (seen < skipped_) {
      scalars_.set(0, seen + 1);
    } else {
      fast = fast_.next(inputs[0]);
    }
    const double macd = fast - slow_.next(inputs[0]);
    const double signal = signal_.next(macd);
    // The line is known before its signal; TA-Lib gives all three from the signal's first value on.
    if (is_unknown(signal)) return;
    outputs[0] = macd;
    outputs[1] = signal;
    outputs[2] = macd - signal;
  }

 private:
  uint32_t skipped_;
  Slice<kWrite> scalars_;  // inputs that the fast EMA left out
  Ema<kWrite> fast_;
  Ema<kWrite> slow_;
  Ema<kWrite> signal_;
};

}  // namespace tickscan::indicator
