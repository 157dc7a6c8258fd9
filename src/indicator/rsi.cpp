// Relative strength index: 100 · gain / (gain + loss), both averaged by Wilder's smoothing.
//
// Seeded with the means of the first `period` changes; a window without any change gives 0; TA-Lib's order
// of operations (ta_RSI.c, default compatibility). First output at input `period`.
#include <cstddef>

#include "indicator/kernel.h"
#include "indicator/usable.h"

namespace tickscan::indicator {

namespace {

struct State {
  LaneMask ready;           // lanes with changes == period
  double previous[kLanes];  // the input before; NaN before the first
  double gain[kLanes];      // while filling: sums; then averages
  double loss[kLanes];
  double changes[kLanes];  // changes seen, at most period
};

uint32_t lookback(const double* params) { return static_cast<uint32_t>(params[0]); }
size_t state_bytes(const double*) { return sizeof(State); }

// Without a branch, so that loops over lanes become SIMD: 0 / 0 is computed and not taken.
double index_of(double gain, double loss) {
  const double total = gain + loss;
  const double index = 100.0 * (gain / total);
  return total == 0 ? 0.0 : index;
}

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  state->ready &= ~lanes;
  for_each_lane(lanes, [&](uint32_t lane) {
    state->previous[lane] = kUnknown;
    state->gain[lane] = 0;
    state->loss[lane] = 0;
    state->changes[lane] = 0;
  });
}

// One input for a lane that is not ready, or whose input is not usable.
void fill(State* state, const double* params, double x, uint32_t lane, double* output) {
  output[lane] = kUnknown;
  if (!usable(x)) {
    reset(state, params, lane_bit(lane));
    return;
  }
  const double change = x - state->previous[lane];
  state->previous[lane] = x;
  if (change != change) return;  // the lane's first input
  if (change < 0) {
    state->loss[lane] -= change;
  } else {
    state->gain[lane] += change;
  }
  state->changes[lane] += 1;
  if (state->changes[lane] < params[0]) return;
  state->gain[lane] /= params[0];
  state->loss[lane] /= params[0];
  state->ready |= lane_bit(lane);
  output[lane] = index_of(state->gain[lane], state->loss[lane]);
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const double* x = inputs[0];
  double* __restrict output = outputs[0];
  const double period = params[0];
  const LaneMask steady = usable_lanes(x, lanes & state->ready);
  for_each_lane(lanes & ~steady, [&](uint32_t lane) { fill(state, params, x[lane], lane, output); });
  double* __restrict previous = state->previous;
  double* __restrict gains = state->gain;
  double* __restrict losses = state->loss;
  for_each_lane(steady, [=](uint32_t lane) {
    const double change = x[lane] - previous[lane];
    previous[lane] = x[lane];
    const double gain = (gains[lane] * (period - 1) + (change > 0 ? change : 0)) / period;
    const double loss = (losses[lane] * (period - 1) + (change < 0 ? -change : 0)) / period;
    gains[lane] = gain;
    losses[lane] = loss;
    output[lane] = index_of(gain, loss);
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const double* x = inputs[0];
  double* __restrict output = outputs[0];
  const double period = params[0];
  // Ready lanes and the others part before the loop, so that the loop over ready ones has no branch.
  const LaneMask known = usable_lanes(x, lanes);
  for_each_lane(lanes & ~(known & state->ready), [&](uint32_t lane) {
    const double change = x[lane] - state->previous[lane];
    if (state->changes[lane] + 1 != period || change != change || !usable(x[lane])) {
      output[lane] = kUnknown;
      return;
    }
    const double gain = (state->gain[lane] + (change > 0 ? change : 0)) / period;
    const double loss = (state->loss[lane] + (change < 0 ? -change : 0)) / period;
    output[lane] = index_of(gain, loss);
  });
  const double* __restrict previous = state->previous;
  const double* __restrict gains = state->gain;
  const double* __restrict losses = state->loss;
  for_each_lane(known & state->ready, [=](uint32_t lane) {
    const double change = x[lane] - previous[lane];
    const double gain = (gains[lane] * (period - 1) + (change > 0 ? change : 0)) / period;
    const double loss = (losses[lane] * (period - 1) + (change < 0 ? -change : 0)) / period;
    output[lane] = index_of(gain, loss);
  });
}

}  // namespace

extern const Kernel rsi_kernel;
const Kernel rsi_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
