// What an indicator is to the scan: four functions over a block of 64 lanes.
//
// Every indicator streams. `update` takes one closed kline per lane of the mask, changes the state and
// writes the outputs; `peek` computes what `update` would write for the live kline and leaves the state
// as it is. Both give the same numbers as a run over the whole history. A lane that is not ready gets
// kUnknown. An input that is not usable restarts its lane: the output is unknown until the lookback has
// been filled anew, so one bad value never poisons a recursion. An output is finite or unknown.
//
// Called on the scan pool, one thread per block; no function allocates.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/lanes.h"

namespace tickscan::indicator {

inline constexpr uint32_t kMaxInputs = 4;
inline constexpr uint32_t kMaxParams = 8;
inline constexpr uint32_t kMaxOutputs = 6;

// A number beyond this counts as not finite: its square, times the longest window, would overflow.
inline constexpr double kLargest = 0x1p400;

// Whether an indicator takes x. False for NaN and the infinities.
inline bool usable(double x) { return x <= kLargest && x >= -kLargest; }

// x, or kUnknown if it is not finite: what a ratio of usable numbers needs, whose divisor may be tiny.
inline double finite_or_unknown(double x) { return x + 0 * x; }

// Arrays of 64 doubles, one per lane.
using Inputs = const double* const*;
using Outputs = double* const*;

struct Kernel {
  // Klines that must come before the first output: the first output belongs to kline `lookback` (from 0).
  uint32_t (*lookback)(const double* params);
  // Bytes of state of one block; a multiple of 8.
  size_t (*state_bytes)(const double* params);
  void (*reset)(void* state, const double* params, LaneMask lanes);
  void (*update)(void* state, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs);
  void (*peek)(const void* state, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs);
};

}  // namespace tickscan::indicator
