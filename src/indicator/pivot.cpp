// Pivots: the last swing high, or low, that is confirmed.
//
// A kline is a pivot high if its high is above those of the `left` klines before it and not below those of the
// `right` klines after it; of equal highs the first is the pivot. So it is known `right` klines late, at the
// kline that confirms it, and never revised. From then on `value` is its price and `bars` how many klines it is
// back, `right` at the confirmation, until the next pivot is confirmed: `pivot_high(5, 3).bars == 3` is true at
// confirmations only. A pivot low is the mirror image. TA-Lib has none.
//
// The first pivot can be confirmed at kline left + right; until there was one, the outputs are unknown. A
// window of left + right klines per lane; the scan ends at the first kline that denies the pivot, which for
// almost every kline is one of its neighbours.
#include <cmath>
#include <cstddef>

#include "indicator/kernel.h"

namespace tickscan::indicator {

namespace {

struct State {
  double value[kLanes];       // the last pivot's price, NaN before the first
  double bars[kLanes];        // klines since it, NaN before the first
  uint32_t filled[kLanes];    // klines in the window, at most left + right
  uint32_t position[kLanes];  // row of the window that the next kline replaces
  // left + right rows of 64 doubles follow
};

double* window(State* state) { return reinterpret_cast<double*>(state + 1); }
const double* window(const State* state) { return reinterpret_cast<const double*>(state + 1); }

uint32_t left_of(const double* params) { return static_cast<uint32_t>(params[0]); }
uint32_t right_of(const double* params) { return static_cast<uint32_t>(params[1]); }

uint32_t lookback(const double* params) { return left_of(params) + right_of(params); }

size_t state_bytes(const double* params) {
  return sizeof(State) + lookback(params) * kLanes * sizeof(double);
}

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    state->value[lane] = kUnknown;
    state->bars[lane] = kUnknown;
    state->filled[lane] = 0;
    state->position[lane] = 0;
  });
}

struct Result {
  double value;
  double bars;
};

// What the kline of price x gives; kSign is 1 for highs and −1 for lows.
template <int kSign>
Result next_result(const State& state, const double* params, double x, uint32_t lane) {
  const uint32_t right = right_of(params);
  const uint32_t length = lookback(params);
  const uint32_t position = state.position[lane];
  // The price k klines back, the greater the better.
  const auto price = [&](uint32_t k) {
    if (k == 0) return kSign * x;
    const uint32_t row = position >= k ? position - k : position + length - k;
    return kSign * window(&state)[row * kLanes + lane];
  };
  const auto is_pivot = [&] {
    const double candidate = price(right);
    if (candidate <= price(right + 1) || candidate < price(right - 1)) return false;
    for (uint32_t k = 0; k + 1 < right; ++k) {
      if (candidate < price(k)) return false;
    }
    for (uint32_t k = right + 2; k <= length; ++k) {
      if (candidate <= price(k)) return false;
    }
    return true;
  };
  if (state.filled[lane] == length && is_pivot()) {
    return {kSign * price(right), static_cast<double>(right)};
  }
  return {state.value[lane], state.bars[lane] + 1};
}

template <int kSign>
void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const uint32_t length = lookback(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double x = inputs[0][lane];
    if (!std::isfinite(x)) {
      reset(memory, params, lane_bit(lane));
      outputs[0][lane] = outputs[1][lane] = kUnknown;
      return;
    }
    const Result result = next_result<kSign>(*state, params, x, lane);
    outputs[0][lane] = state->value[lane] = result.value;
    outputs[1][lane] = state->bars[lane] = result.bars;
    const uint32_t position = state->position[lane];
    window(state)[position * kLanes + lane] = x;
    state->position[lane] = position + 1 == length ? 0 : position + 1;
    if (state->filled[lane] < length) ++state->filled[lane];
  });
}

template <int kSign>
void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double x = inputs[0][lane];
    const Result result =
        std::isfinite(x) ? next_result<kSign>(*state, params, x, lane) : Result{kUnknown, kUnknown};
    outputs[0][lane] = result.value;
    outputs[1][lane] = result.bars;
  });
}

}  // namespace

extern const Kernel pivot_high_kernel;
extern const Kernel pivot_low_kernel;
const Kernel pivot_high_kernel{lookback, state_bytes, reset, update<1>, peek<1>};
const Kernel pivot_low_kernel{lookback, state_bytes, reset, update<-1>, peek<-1>};

}  // namespace tickscan::indicator
