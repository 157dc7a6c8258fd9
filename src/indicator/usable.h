// The lanes of a mask whose input an indicator takes: all 64 compared at once, or the few that there are one by one.
#pragma once

#include "base/simd.h"
#include "indicator/kernel.h"

namespace tickscan::indicator {

inline LaneMask usable_lanes(const double* x, LaneMask lanes) {
  if (!are_few(lanes)) return lanes & simd::within(x, kLargest);
  LaneMask found = 0;
  for_each_lane(lanes, [&](uint32_t lane) { found |= static_cast<LaneMask>(usable(x[lane])) << lane; });
  return found;
}

}  // namespace tickscan::indicator
