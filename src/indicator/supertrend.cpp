// SuperTrend: a stop `multiplier` average true ranges from the kline's middle, which only moves with the
// trend and changes sides when the close crosses it.
//
// Source: O. Seban, in TradingView's form: the bands start at the first average range (that of atr), where
// the trend is taken to be down. `direction` is 1 while the stop is below the price (an up trend) and −1
// while it is above; TradingView's sign is the opposite. First output at input `period`.
#include "indicator/lane_kernel.h"
#include "indicator/true_range.h"

namespace tickscan::indicator {

namespace {

struct Supertrend {
  struct Lane {
    AverageTrueRange atr;
    double upper = 0;
    double lower = 0;
    double direction = 0;
  };
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 2;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    const double close_before = lane.atr.close_before;
    const double close = x[2];
    const double distance = p[1] * lane.atr.step(n, p[0], x[0], x[1], close);
    if (n < p[0]) return;
    const double middle = (x[0] + x[1]) / 2;
    const double upper = middle + distance;
    const double lower = middle - distance;
    const bool first = n == p[0];
    if (first || upper < lane.upper || close_before > lane.upper) lane.upper = upper;
    if (first || lower > lane.lower || close_before < lane.lower) lane.lower = lower;
    if (first) {
      lane.direction = -1;
    } else {
      if (lane.direction < 0 && close > lane.upper) {
        lane.direction = 1;
      } else if (lane.direction > 0 && close < lane.lower) {
        lane.direction = -1;
      }
    }
    y[0] = lane.direction > 0 ? lane.lower : lane.upper;
    y[1] = lane.direction;
  }
};

}  // namespace

extern const Kernel supertrend_kernel;
const Kernel supertrend_kernel = lane_kernel<Supertrend>();

}  // namespace tickscan::indicator
