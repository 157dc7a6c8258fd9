// The algorithm of macd and macdfix.
#pragma once

#include "indicator/parts.h"
#include "indicator/steady.h"

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

// MacdLines in the steady state, on its rows: skipped inputs, then value and count of the three averages.
//   struct Spec { struct Factors { double fast, slow; }; static Factors factors(p); static double signal(p); }
template <typename Spec>
struct FastMacd {
  static constexpr uint32_t kCountRow = 6;
  static double full(const double* params) { return Spec::signal(params); }

  template <bool kWrite>
  static void step(Rows<kWrite> rows, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
    const auto factors = Spec::factors(params);
    const double signal_factor = 2.0 / (Spec::signal(params) + 1.0);
    const double* __restrict x = inputs[0];
    auto* __restrict fasts = row_of(rows, 1);
    auto* __restrict slows = row_of(rows, 3);
    auto* __restrict signals = row_of(rows, 5);
    double* __restrict lines = outputs[0];
    double* __restrict signal_out = outputs[1];
    double* __restrict histogram = outputs[2];
    for_each_lane(lanes, [=](uint32_t lane) {
      const double fast = (x[lane] - fasts[lane]) * factors.fast + fasts[lane];
      const double slow = (x[lane] - slows[lane]) * factors.slow + slows[lane];
      const double macd = fast - slow;
      const double signal = (macd - signals[lane]) * signal_factor + signals[lane];
      lines[lane] = macd;
      signal_out[lane] = signal;
      histogram[lane] = macd - signal;
      if constexpr (kWrite) {
        fasts[lane] = fast;
        slows[lane] = slow;
        signals[lane] = signal;
      }
    });
  }
};

}  // namespace tickscan::indicator
