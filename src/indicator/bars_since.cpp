// Klines since a condition was true, 0 on the kline itself.
//
// Unknown until it has been true. A kline on which the condition is unknown may have been one, so what came before it
// no longer counts. First output at the first true input.
#include "indicator/functions.h"

namespace tickscan::indicator {

namespace {

struct State {
  double bars[kLanes];  // as of the last input; NaN where unknown
};

uint32_t lookback(const double*) { return 0; }
size_t state_bytes(const double*) { return sizeof(State); }

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) { state->bars[lane] = kUnknown; });
}

double step(double bars, double condition) {
  if (condition != condition) return kUnknown;
  return condition == 0 ? bars + 1 : 0;
}

void update(void* memory, const double*, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    outputs[0][lane] = state->bars[lane] = step(state->bars[lane], inputs[0][lane]);
  });
}

void peek(const void* memory, const double*, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) { outputs[0][lane] = step(state->bars[lane], inputs[0][lane]); });
}

}  // namespace

const Kernel bars_since_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
