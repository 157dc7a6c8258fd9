// Whether a condition was true on each of the last n klines: the length of its current run, cut off at n.
//
// Unknown until n klines are known. First output at input n − 1.
#include "indicator/functions.h"

namespace tickscan::indicator {

namespace {

struct State {
  double filled[kLanes];  // known inputs since the restart, at most n
  double run[kLanes];     // true ones up to now, at most n
};

uint32_t lookback(const double* params) { return static_cast<uint32_t>(params[0]) - 1; }
size_t state_bytes(const double*) { return sizeof(State); }

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) { state->filled[lane] = state->run[lane] = 0; });
}

struct Lane {
  double filled;
  double run;
  double output;
};

Lane step(double filled, double run, double condition, double n) {
  if (condition != condition) return {0, 0, kUnknown};
  filled = filled < n ? filled + 1 : n;
  run = condition == 0 ? 0 : (run < n ? run + 1 : n);
  return {filled, run, filled < n ? kUnknown : (run < n ? 0.0 : 1.0)};
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    const Lane next = step(state->filled[lane], state->run[lane], inputs[0][lane], params[0]);
    state->filled[lane] = next.filled;
    state->run[lane] = next.run;
    outputs[0][lane] = next.output;
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    outputs[0][lane] = step(state->filled[lane], state->run[lane], inputs[0][lane], params[0]).output;
  });
}

}  // namespace

const Kernel held_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
