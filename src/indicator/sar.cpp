// Parabolic stop and reverse: a stop that follows the trend ever faster and turns when the price meets it.
//
// Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib's ta_SAR.c: the first
// direction is down if kline 1 has a downward directional movement, else up; the first stop is the extreme
// of kline 0. First output at input 1.
#include <algorithm>

#include "indicator/lane_kernel.h"

namespace tickscan::indicator {

namespace {

struct Sar {
  struct Lane {
    double high = 0;  // of the kline before
    double low = 0;
    double stop = 0;     // for the coming kline
    double extreme = 0;  // of the trend
    double factor = 0;
    double rising = 0;  // 1 in an up trend, 0 in a down trend
  };
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double*) { return 1; }

  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    const double acceleration = std::min(p[0], p[1]);
    const double high = x[0];
    const double low = x[1];
    if (n == 1) begin(lane, acceleration, high, low);
    if (n >= 1) {
      const bool turns = lane.rising != 0 ? low <= lane.stop : high >= lane.stop;
      if (turns) {
        lane.rising = lane.rising != 0 ? 0 : 1;
        lane.stop = limited(lane, lane.extreme, high, low);
        lane.factor = acceleration;
        lane.extreme = lane.rising != 0 ? high : low;
        y[0] = lane.stop;
      } else {
        y[0] = lane.stop;
        const bool further = lane.rising != 0 ? high > lane.extreme : low < lane.extreme;
        if (further) {
          lane.extreme = lane.rising != 0 ? high : low;
          lane.factor = std::min(lane.factor + acceleration, p[1]);
        }
      }
      const double next = lane.stop + lane.factor * (lane.extreme - lane.stop);
      lane.stop = limited(lane, next, high, low);
    }
    lane.high = high;
    lane.low = low;
  }

  static void begin(Lane& lane, double acceleration, double high, double low) {
    const double up = high - lane.high;
    const double down = lane.low - low;
    lane.rising = down > 0 && up < down ? 0 : 1;
    lane.extreme = lane.rising != 0 ? high : low;
    lane.stop = lane.rising != 0 ? lane.low : lane.high;
    lane.factor = acceleration;
    // TA-Lib takes kline 1 for its own predecessor.
    lane.high = high;
    lane.low = low;
  }

  // The stop never enters the range of this kline or the one before.
  static double limited(const Lane& lane, double stop, double high, double low) {
    return lane.rising != 0 ? std::min({stop, lane.low, low}) : std::max({stop, lane.high, high});
  }
};

}  // namespace

extern const Kernel sar_kernel;
const Kernel sar_kernel = lane_kernel<Sar>();

}  // namespace tickscan::indicator
