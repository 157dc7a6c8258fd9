// A stepped kernel (stepped.h) with a second form of its step for lanes in their steady state: ready, and with usable
// inputs. There the step has no branch, so a loop over 64 lanes becomes SIMD, for what is on the way of every tick.
// All other lanes take the step, and tests hold the two forms together, bit by bit.
//
//   struct Fast {
//     static constexpr uint32_t kCountRow;               row of the state that counts up to `full` and stays there
//     static double full(const double* params);
//     // One step of the lanes; stores into the state only if kWrite. `rows` is the state: row r of lane i at r · 64 + i.
//     template <bool kWrite>
//     static void step(Rows<kWrite> rows, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs);
//   };
#pragma once

#include "base/simd.h"
#include "indicator/stepped.h"
#include "indicator/usable.h"

namespace tickscan::indicator {

template <bool kWrite>
using Rows = typename Slice<kWrite>::Pointer;

template <typename T>
inline T* row_of(T* rows, uint32_t row) {
  return rows + size_t{row} * kLanes;
}

template <template <bool> class I, typename Fast>
struct Steady {
  using Slow = Stepped<I>;

  static LaneMask split(const double* rows, const double* params, Inputs inputs, LaneMask lanes) {
    LaneMask steady = lanes & simd::equal_to(row_of(rows, Fast::kCountRow), Fast::full(params));
    for (uint32_t i = 0; i < Slow::kInputs; ++i) steady = usable_lanes(inputs[i], steady);
    return steady;
  }

  static void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
    auto* rows = static_cast<double*>(memory);
    const LaneMask steady = split(rows, params, inputs, lanes);
    if (steady != lanes) Slow::update(memory, params, inputs, lanes & ~steady, outputs);
    if (steady != 0) Fast::template step<true>(rows, params, inputs, steady, outputs);
  }

  static void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
    const auto* rows = static_cast<const double*>(memory);
    const LaneMask steady = split(rows, params, inputs, lanes);
    if (steady != lanes) Slow::peek(memory, params, inputs, lanes & ~steady, outputs);
    if (steady != 0) Fast::template step<false>(rows, params, inputs, steady, outputs);
  }
};

template <template <bool> class I, typename Fast>
constexpr Kernel steady_kernel() {
  using S = Steady<I, Fast>;
  return {I<false>::lookback, Stepped<I>::state_bytes, Stepped<I>::reset, S::update, S::peek};
}

}  // namespace tickscan::indicator
