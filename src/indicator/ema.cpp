// Exponential moving average: ema += (x − ema) · 2/(period + 1).
//
// Seeded with the mean of the first `period` inputs and computed in TA-Lib's order of operations
// (ta_EMA.c, default compatibility), so the numbers are the same. First output at input period − 1.
#include <cmath>
#include <cstddef>

#include "indicator/kernel.h"
#include "indicator/usable.h"

namespace tickscan::indicator {

namespace {

struct State {
  LaneMask ready;         // lanes with filled == period
  double value[kLanes];   // while filling: the sum so far; then the average
  double filled[kLanes];  // inputs seen, at most period
};

uint32_t lookback(const double* params) { return static_cast<uint32_t>(params[0]) - 1; }
size_t state_bytes(const double*) { return sizeof(State); }
double factor(const double* params) { return 2.0 / (params[0] + 1.0); }

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  state->ready &= ~lanes;
  for_each_lane(lanes, [&](uint32_t lane) {
    state->value[lane] = 0;
    state->filled[lane] = 0;
  });
}

// One input for a lane that is not ready, or whose input is not usable.
void fill(State* state, const double* params, double x, uint32_t lane, double* output) {
  output[lane] = kUnknown;
  if (!usable(x)) {
    reset(state, params, lane_bit(lane));
    return;
  }
  state->value[lane] += x;
  state->filled[lane] += 1;
  if (state->filled[lane] < params[0]) return;
  state->value[lane] /= params[0];
  state->ready |= lane_bit(lane);
  output[lane] = state->value[lane];
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const double* x = inputs[0];
  double* __restrict output = outputs[0];
  const double k = factor(params);
  const LaneMask steady = usable_lanes(x, lanes & state->ready);
  for_each_lane(lanes & ~steady, [&](uint32_t lane) { fill(state, params, x[lane], lane, output); });
  double* __restrict values = state->value;
  for_each_lane(steady, [=](uint32_t lane) {
    const double value = (x[lane] - values[lane]) * k + values[lane];
    values[lane] = value;
    output[lane] = value;
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const double* x = inputs[0];
  double* __restrict output = outputs[0];
  const double k = factor(params);
  for_each_lane(lanes & ~state->ready, [&](uint32_t lane) {
    const bool last_of_seed = state->filled[lane] + 1 == params[0] && usable(x[lane]);
    output[lane] = last_of_seed ? (state->value[lane] + x[lane]) / params[0] : kUnknown;
  });
  // A choice and no branch, so that the loop becomes SIMD.
  const double* __restrict values = state->value;
  for_each_lane(lanes & state->ready, [=](uint32_t lane) {
    const double next = (x[lane] - values[lane]) * k + values[lane];
    output[lane] = std::fabs(x[lane]) <= kLargest ? next : kUnknown;
  });
}

}  // namespace

extern const Kernel ema_kernel;
const Kernel ema_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
