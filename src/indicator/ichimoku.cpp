// Ichimoku Kinko Hyo: middles of three channels, two of them displaced.
//
// Source: G. Hosoda (1969); displaced as TradingView's does, by displacement − 1 klines. Each output is what
// a chart shows at the present kline, or could show without looking ahead:
//   tenkan, kijun  middle of the highest high and lowest low of that many klines
//   senkou_a       (tenkan + kijun) / 2 as it was displacement − 1 klines ago: the cloud drawn over this kline
//   senkou_b       the middle over `senkou` klines as it was displacement − 1 klines ago
//   chikou         this kline's close, which a chart draws displacement − 1 klines back: the newest point of
//                  that line. Compare it with the past, not the past with it: `ichimoku().chikou > close[25]`
// All outputs begin together, at input max(tenkan, kijun, senkou) + displacement − 2.
#include <algorithm>

#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Channel {
 public:
  Channel(Column<kWrite>& column, uint32_t period) : highest_(column, period), lowest_(column, period) {}

  double middle(double high, double low) { return (highest_.next(high) + lowest_.next(low)) / 2; }

 private:
  Highest<kWrite> highest_;
  Lowest<kWrite> lowest_;
};

// A value as it was displacement − 1 steps ago. The ring has a place more than it needs, so that it is never
// empty; unknown values are not counted.
template <bool kWrite>
class Displaced {
 public:
  Displaced(Column<kWrite>& column, uint32_t displacement)
      : steps_(displacement - 1), ring_(column, displacement) {}

  double next(double x) {
    if (is_unknown(x)) return kUnknown;
    const bool ready = ring_.filled() >= steps_;
    const double value = !ready ? kUnknown : steps_ == 0 ? x : ring_.ago(steps_);
    ring_.push(x);
    return value;
  }

 private:
  uint32_t steps_;
  Ring<kWrite> ring_;
};

template <bool kWrite>
class Ichimoku {
 public:
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 5;
  static uint32_t lookback(const double* p) {
    return std::max({whole_param(p, 0), whole_param(p, 1), whole_param(p, 2)}) + whole_param(p, 3) - 2;
  }

  Ichimoku(Column<kWrite>& column, const double* p)
      : tenkan_(column, whole_param(p, 0)),
        kijun_(column, whole_param(p, 1)),
        senkou_(column, whole_param(p, 2)),
        cloud_a_(column, whole_param(p, 3)),
        cloud_b_(column, whole_param(p, 3)) {}

  void step(const double* x, double* y) {
    const double tenkan = tenkan_.middle(x[0], x[1]);
    const double kijun = kijun_.middle(x[0], x[1]);
    const double cloud_a = cloud_a_.next((tenkan + kijun) / 2);
    const double cloud_b = cloud_b_.next(senkou_.middle(x[0], x[1]));
    // All begin together: with the displaced ones, whichever is the later.
    if (is_unknown(cloud_a) || is_unknown(cloud_b)) return;
    y[0] = tenkan;
    y[1] = kijun;
    y[2] = cloud_a;
    y[3] = cloud_b;
    y[4] = x[2];
  }

 private:
  Channel<kWrite> tenkan_;
  Channel<kWrite> kijun_;
  Channel<kWrite> senkou_;
  Displaced<kWrite> cloud_a_;
  Displaced<kWrite> cloud_b_;
};

}  // namespace

extern const Kernel ichimoku_kernel;
const Kernel ichimoku_kernel = stepped_kernel<Ichimoku>();

}  // namespace tickscan::indicator
