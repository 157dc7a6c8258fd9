// The volume that a kline counts for the Chaikin indicators: all of it when the close is at the high, minus
// all of it at the low, in between in proportion; none where high and low are equal (TA-Lib's ta_AD.c).
#pragma once

#include "indicator/kernel.h"

namespace tickscan::indicator {

inline double money_flow_volume(double high, double low, double close, double volume) {
  const double range = high - low;
  const double flow = range > 0 ? ((close - low) - (high - close)) / range * volume : 0.0;
  // A close far outside of a tiny range is an error of the feed, and must not stay in a sum.
  return usable(flow) ? flow : 0.0;
}

}  // namespace tickscan::indicator
