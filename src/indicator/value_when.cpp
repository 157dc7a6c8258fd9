// A series as it was when a condition was true: occurrence 0 the latest time, 1 the one before.
//
// A ring of the values at the last occurrence + 1 true inputs. A kline on which the condition is unknown may have been
// one, so it restarts the lane; a value that is unknown is kept as that. First output at the first input at which the
// condition has been true occurrence + 1 times.
#include "indicator/functions.h"

namespace tickscan::indicator {

namespace {

struct State {
  uint32_t position[kLanes];  // row of the oldest value, which the next one replaces
  uint32_t filled[kLanes];    // values in the ring, at most occurrence + 1
  // occurrence + 1 rows of 64 doubles follow
};

uint32_t length(const double* params) { return static_cast<uint32_t>(params[0]) + 1; }
const double* rows(const State* state) { return reinterpret_cast<const double*>(state + 1); }
double* rows(State* state) { return reinterpret_cast<double*>(state + 1); }
uint32_t after(uint32_t position, uint32_t n) { return position + 1 == n ? 0 : position + 1; }

uint32_t lookback(const double*) { return 0; }
size_t state_bytes(const double* params) {
  return sizeof(State) + size_t{length(params)} * kLanes * sizeof(double);
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
  const uint32_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double condition = inputs[0][lane];
    if (condition != condition) {
      reset(memory, params, lane_bit(lane));
    } else if (condition != 0) {
      rows(state)[state->position[lane] * kLanes + lane] = inputs[1][lane];
      state->position[lane] = after(state->position[lane], n);
      if (state->filled[lane] < n) ++state->filled[lane];
    }
    outputs[0][lane] =
        state->filled[lane] == n ? rows(state)[state->position[lane] * kLanes + lane] : kUnknown;
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const uint32_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double condition = inputs[0][lane];
    double output = kUnknown;
    if (condition == 0 && state->filled[lane] == n) {
      output = rows(state)[state->position[lane] * kLanes + lane];
    } else if (condition != 0 && condition == condition && state->filled[lane] + 1 >= n) {
      // The live value takes the place of the oldest, so the one after that is the oldest then.
      output = n == 1 ? inputs[1][lane] : rows(state)[after(state->position[lane], n) * kLanes + lane];
    }
    outputs[0][lane] = output;
  });
}

}  // namespace

const Kernel value_when_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
