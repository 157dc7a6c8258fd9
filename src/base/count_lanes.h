// How many bits a word of lanes has, for loops that ask it for every word.
#pragma once

#include "base/lanes.h"

namespace tickscan {

// By hand where counting bits is a call into a library: plain x86-64 has no instruction for it.
inline uint32_t count_lanes(LaneMask lanes) {
#if defined(__x86_64__) && !defined(__POPCNT__)
  lanes -= lanes >> 1 & 0x5555555555555555;
  lanes = (lanes & 0x3333333333333333) + (lanes >> 2 & 0x3333333333333333);
  lanes = (lanes + (lanes >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<uint32_t>(lanes * 0x0101010101010101 >> 56);
#else
  return static_cast<uint32_t>(std::popcount(lanes));
#endif
}

}  // namespace tickscan
