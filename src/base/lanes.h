// A block is 64 symbols; a lane is one of them; a LaneMask has one bit per lane. Everything that the scan
// computes is a mask over lanes or an array of 64 doubles, one per lane.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tickscan {

using LaneMask = uint64_t;

inline constexpr uint32_t kLanes = 64;
inline constexpr LaneMask kAllLanes = ~LaneMask{0};

// "Not known" in an array of doubles: an indicator that is not ready, a field that was never set.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

constexpr LaneMask lane_bit(uint32_t lane) { return LaneMask{1} << lane; }

// Up to so many lanes, visiting them one by one is cheaper than computing all 64 at once.
inline constexpr uint32_t kFewLanes = 8;

// Without counting all bits, which is a call where the processor's instruction is not asked for.
constexpr bool are_few(LaneMask lanes) {
  for (uint32_t i = 0; i < kFewLanes; ++i) lanes &= lanes - 1;
  return lanes == 0;
}

// Calls f(lane) for each lane of the mask, in rising order. The lanes below a limit (all of them, or a last block that
// is not full) become a plain loop, which the compiler can turn into SIMD; otherwise only the set bits are visited.
template <typename F>
inline void for_each_lane(LaneMask lanes, F&& f) {
  if ((lanes & (lanes + 1)) == 0) {
    const auto end = static_cast<uint32_t>(std::countr_one(lanes));
    for (uint32_t lane = 0; lane < end; ++lane) f(lane);
    return;
  }
  while (lanes != 0) {
    f(static_cast<uint32_t>(std::countr_zero(lanes)));
    lanes &= lanes - 1;
  }
}

}  // namespace tickscan
