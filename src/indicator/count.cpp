// On how many of the last n klines a condition was true: a ring of its truths and their sum.
//
// Unknown until n klines are known. First output at input n − 1.
#include "indicator/functions.h"

namespace tickscan::indicator {

namespace {

struct State {
  uint32_t filled[kLanes];    // known inputs in the window, at most n
  uint32_t trues[kLanes];     // true ones in the window
  uint32_t position[kLanes];  // row that the next input replaces
  // n rows of 64 bytes follow
};

uint32_t length(const double* params) { return static_cast<uint32_t>(params[0]); }
const uint8_t* rows(const State* state) { return reinterpret_cast<const uint8_t*>(state + 1); }
uint8_t* rows(State* state) { return reinterpret_cast<uint8_t*>(state + 1); }

uint32_t lookback(const double* params) { return length(params) - 1; }
size_t state_bytes(const double* params) { return sizeof(State) + size_t{length(params)} * kLanes; }

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    state->filled[lane] = 0;
    state->trues[lane] = 0;
    state->position[lane] = 0;
  });
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const uint32_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double condition = inputs[0][lane];
    if (condition != condition) {
      reset(memory, params, lane_bit(lane));
      outputs[0][lane] = kUnknown;
      return;
    }
    const uint8_t truth = condition == 0 ? 0 : 1;
    uint8_t& oldest = rows(state)[size_t{state->position[lane]} * kLanes + lane];
    if (state->filled[lane] == n) {
      state->trues[lane] -= oldest;
    } else {
      ++state->filled[lane];
    }
    oldest = truth;
    state->trues[lane] += truth;
    state->position[lane] = state->position[lane] + 1 == n ? 0 : state->position[lane] + 1;
    outputs[0][lane] = state->filled[lane] == n ? static_cast<double>(state->trues[lane]) : kUnknown;
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const uint32_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double condition = inputs[0][lane];
    if (condition != condition || state->filled[lane] + 1 < n) {
      outputs[0][lane] = kUnknown;
      return;
    }
    const uint32_t oldest =
        state->filled[lane] == n ? rows(state)[size_t{state->position[lane]} * kLanes + lane] : 0;
    outputs[0][lane] = static_cast<double>(state->trues[lane] - oldest + (condition == 0 ? 0U : 1U));
  });
}

}  // namespace

const Kernel count_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
