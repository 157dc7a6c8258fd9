// Percent rank: 100 · (how many of the n values before are ≤ the current one) / n, as TradingView's ta.percentrank.
//
// Each lane keeps its window twice, by age and by size: peek is a binary search, update moves what lies between the
// value that goes and the one that comes. First output at input n.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include "indicator/functions.h"

namespace tickscan::indicator {

namespace {

struct State {
  uint32_t filled[kLanes];    // values before, at most n
  uint32_t position[kLanes];  // of the oldest, which the next one replaces
  // per lane: n doubles by age, then n doubles in rising order
};

size_t length(const double* params) { return static_cast<size_t>(params[0]); }
template <typename AnyState>
auto* by_age(AnyState* state, uint32_t lane, size_t n) {
  using Value = std::conditional_t<std::is_const_v<AnyState>, const double, double>;
  return reinterpret_cast<Value*>(state + 1) + size_t{lane} * 2 * n;
}

uint32_t lookback(const double* params) { return static_cast<uint32_t>(params[0]); }
size_t state_bytes(const double* params) {
  return sizeof(State) + length(params) * 2 * kLanes * sizeof(double);
}

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) { state->filled[lane] = state->position[lane] = 0; });
}

double rank(const State* state, uint32_t lane, size_t n, double x) {
  if (!std::isfinite(x) || state->filled[lane] < n) return kUnknown;
  const double* sorted = by_age(state, lane, n) + n;
  return 100.0 * static_cast<double>(std::upper_bound(sorted, sorted + n, x) - sorted) /
         static_cast<double>(n);
}

void put(State* state, uint32_t lane, size_t n, double x) {
  double* ages = by_age(state, lane, n);
  double* sorted = ages + n;
  double& oldest = ages[state->position[lane]];
  double* end = sorted + state->filled[lane];
  if (state->filled[lane] == n) {
    double* hole = std::lower_bound(sorted, end, oldest);
    std::copy(hole + 1, end, hole);
    --end;
  } else {
    ++state->filled[lane];
  }
  double* place = std::upper_bound(sorted, end, x);
  std::copy_backward(place, end, end + 1);
  *place = x;
  oldest = x;
  state->position[lane] = state->position[lane] + 1 == n ? 0 : state->position[lane] + 1;
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const size_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double x = inputs[0][lane];
    outputs[0][lane] = rank(state, lane, n, x);
    if (std::isfinite(x)) {
      put(state, lane, n, x);
    } else {
      reset(memory, params, lane_bit(lane));
    }
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const size_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) { outputs[0][lane] = rank(state, lane, n, inputs[0][lane]); });
}

}  // namespace

const Kernel percent_rank_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
