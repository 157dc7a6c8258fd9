// The highest or lowest of the last n values, and how many klines ago it was (the latest of equals).
//
// A monotonic deque per lane: the values of the window that no later value has reached, best first. A value is put
// in and taken out once, so a step costs O(1) on average, and peek reads only the first two. First output at input
// n − 1, as TA-Lib's MAX, MIN, MAXINDEX and MININDEX.
#include <cmath>
#include <cstddef>

#include "indicator/functions.h"

namespace tickscan::indicator {

namespace {

struct State {
  uint32_t seen[kLanes];    // inputs since the restart; wraps, and only differences count
  uint32_t filled[kLanes];  // the same, at most n
  uint32_t first[kLanes];   // row of the best entry
  uint32_t count[kLanes];   // entries in the deque
  // n rows of 64 doubles (values), then n rows of 64 × uint32 (numbers of the inputs) follow
};

uint32_t length(const double* params) { return static_cast<uint32_t>(params[0]); }

const double* values(const State* state) { return reinterpret_cast<const double*>(state + 1); }
double* values(State* state) { return reinterpret_cast<double*>(state + 1); }
const uint32_t* numbers(const State* state, uint32_t n) {
  return reinterpret_cast<const uint32_t*>(values(state) + size_t{n} * kLanes);
}
uint32_t* numbers(State* state, uint32_t n) {
  return reinterpret_cast<uint32_t*>(values(state) + size_t{n} * kLanes);
}

// Where the entry `offset` places behind the best one lies.
size_t row(const State* state, uint32_t lane, uint32_t offset, uint32_t n) {
  const uint32_t at = state->first[lane] + offset;
  return size_t{at >= n ? at - n : at} * kLanes + lane;
}

uint32_t lookback(const double* params) { return length(params) - 1; }

size_t state_bytes(const double* params) {
  return sizeof(State) + size_t{length(params)} * kLanes * (sizeof(double) + sizeof(uint32_t));
}

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<State*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    state->seen[lane] = 0;
    state->filled[lane] = 0;
    state->first[lane] = 0;
    state->count[lane] = 0;
  });
}

struct Highest {
  static bool reaches(double later, double earlier) { return later >= earlier; }
};
struct Lowest {
  static bool reaches(double later, double earlier) { return later <= earlier; }
};

template <typename Order, bool kBars>
void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<State*>(memory);
  const uint32_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double x = inputs[0][lane];
    if (!std::isfinite(x)) {
      reset(memory, params, lane_bit(lane));
      outputs[0][lane] = kUnknown;
      return;
    }
    const uint32_t number = state->seen[lane]++;
    if (state->filled[lane] < n) ++state->filled[lane];
    uint32_t& count = state->count[lane];
    if (count > 0 && number - numbers(state, n)[row(state, lane, 0, n)] >= n) {
      state->first[lane] = state->first[lane] + 1 == n ? 0 : state->first[lane] + 1;
      --count;
    }
    while (count > 0 && Order::reaches(x, values(state)[row(state, lane, count - 1, n)])) --count;
    values(state)[row(state, lane, count, n)] = x;
    numbers(state, n)[row(state, lane, count, n)] = number;
    ++count;
    const size_t best = row(state, lane, 0, n);
    const double output = kBars ? static_cast<double>(number - numbers(state, n)[best]) : values(state)[best];
    outputs[0][lane] = state->filled[lane] == n ? output : kUnknown;
  });
}

template <typename Order, bool kBars>
void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const State*>(memory);
  const uint32_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    const double x = inputs[0][lane];
    if (!std::isfinite(x) || state->filled[lane] + 1 < n) {
      outputs[0][lane] = kUnknown;
      return;
    }
    const uint32_t number = state->seen[lane];
    const uint32_t count = state->count[lane];
    // At most the best entry leaves the window with this kline.
    const uint32_t gone = count > 0 && number - numbers(state, n)[row(state, lane, 0, n)] >= n ? 1 : 0;
    double value = x;
    uint32_t bars = 0;
    if (gone < count) {
      const size_t best = row(state, lane, gone, n);
      if (!Order::reaches(x, values(state)[best])) {
        value = values(state)[best];
        bars = number - numbers(state, n)[best];
      }
    }
    outputs[0][lane] = kBars ? static_cast<double>(bars) : value;
  });
}

template <typename Order, bool kBars>
constexpr Kernel kKernel{lookback, state_bytes, reset, update<Order, kBars>, peek<Order, kBars>};

}  // namespace

const Kernel highest_kernel = kKernel<Highest, false>;
const Kernel lowest_kernel = kKernel<Lowest, false>;
const Kernel highest_bars_kernel = kKernel<Highest, true>;
const Kernel lowest_bars_kernel = kKernel<Lowest, true>;

}  // namespace tickscan::indicator
