// A ring of the last n closed inputs. `[n]` of the live kline is the oldest of them: the past is always
// closed.
#include "indicator/shift.h"

namespace tickscan::indicator {

namespace {

struct State {
  uint32_t position[kLanes];  // row of the oldest input, which the next one replaces
  uint32_t filled[kLanes];    // inputs in the ring, at most n
  // n rows of 64 doubles follow
};

double* rows(State* state) { return reinterpret_cast<double*>(state + 1); }
const double* rows(const State* state) { return reinterpret_cast<const double*>(state + 1); }

uint32_t distance(const double* params) { return static_cast<uint32_t>(params[0]); }

uint32_t lookback(const double* params) { return distance(params); }

size_t state_bytes(const double* params) {
  return sizeof(State) + distance(params) * kLanes * sizeof(double);
}

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    state->position[lane] = 0;
    state->filled[lane] = 0;
  });
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const uint32_t n = distance(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    double& oldest = rows(state)[state->position[lane] * kLanes + lane];
    outputs[0][lane] = state->filled[lane] == n ? oldest : kUnknown;
    if (state->filled[lane] < n) ++state->filled[lane];
    oldest = inputs[0][lane];
    state->position[lane] = state->position[lane] + 1 == n ? 0 : state->position[lane] + 1;
  });
}

void peek(const void* memory, const double* params, Inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const uint32_t n = distance(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    outputs[0][lane] =
        state->filled[lane] == n ? rows(state)[state->position[lane] * kLanes + lane] : kUnknown;
  });
}

}  // namespace

const Kernel shift_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
