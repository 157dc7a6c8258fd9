// Simple moving average: the mean of the last `period` inputs.
//
// The window's sum is a double-double, so a sliding mean is the correctly rounded fresh one and a flat
// window gives exactly its value: `close > sma(close, 5)` is decided by the prices, not by rounding.
// First output at input period − 1, as TA-Lib's SMA.
#include <cstddef>

#include "base/double_double.h"
#include "indicator/kernel.h"

namespace tickscan::indicator {

namespace {

struct State {
  DoubleDouble sum[kLanes];
  uint32_t filled[kLanes];    // inputs in the window, at most period
  uint32_t position[kLanes];  // row of the window that the next input replaces
  // period rows of 64 doubles follow
};

double* window(State* state) { return reinterpret_cast<double*>(state + 1); }
const double* window(const State* state) { return reinterpret_cast<const double*>(state + 1); }

uint32_t period_of(const double* params) { return static_cast<uint32_t>(params[0]); }

uint32_t lookback(const double* params) { return period_of(params) - 1; }

size_t state_bytes(const double* params) {
  return sizeof(State) + period_of(params) * kLanes * sizeof(double);
}

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    state->sum[lane] = {};
    state->filled[lane] = 0;
    state->position[lane] = 0;
  });
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const uint32_t period = period_of(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double x = inputs[0][lane];
    if (!usable(x)) {
      reset(memory, params, lane_bit(lane));
      outputs[0][lane] = kUnknown;
      return;
    }
    double* entry = window(state) + state->position[lane] * kLanes + lane;
    DoubleDouble sum = state->sum[lane].plus(x);
    if (state->filled[lane] == period) {
      sum = sum.plus(-*entry);
    } else {
      ++state->filled[lane];
    }
    *entry = x;
    state->sum[lane] = sum;
    state->position[lane] = state->position[lane] + 1 == period ? 0 : state->position[lane] + 1;
    outputs[0][lane] = state->filled[lane] == period ? sum.divided_by(period) : kUnknown;
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const uint32_t period = period_of(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double x = inputs[0][lane];
    if (!usable(x) || state->filled[lane] + 1 < period) {
      outputs[0][lane] = kUnknown;
      return;
    }
    DoubleDouble sum = state->sum[lane].plus(x);
    if (state->filled[lane] == period) {
      sum = sum.plus(-window(state)[state->position[lane] * kLanes + lane]);
    }
    outputs[0][lane] = sum.divided_by(period);
  });
}

}  // namespace

extern const Kernel sma_kernel;
const Kernel sma_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
