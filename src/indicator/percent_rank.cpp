// Percent rank: 100 · (how many of the n values before are ≤ the current one) / n, as TradingView's ta.percentrank.
//
// Each lane keeps its window ordered by size (ordered_window.h): `update` and `peek` are O(log n). First output at
// input n.
#include "indicator/functions.h"
#include "indicator/ordered_window.h"

namespace tickscan::indicator {

namespace {

using Window = OrderedWindow<OrderedValue>;

uint32_t length(const double* params) { return static_cast<uint32_t>(params[0]); }

uint32_t lookback(const double* params) { return length(params); }
size_t state_bytes(const double* params) { return kLanes * Window::bytes(length(params)); }

// `peek` calls only what reads.
Window window_of(const void* memory, uint32_t n, uint32_t lane) {
  return {static_cast<char*>(const_cast<void*>(memory)) + lane * Window::bytes(n), n};
}

void reset(void* memory, const double* params, LaneMask lanes) {
  for_each_lane(lanes, [&](uint32_t lane) { window_of(memory, length(params), lane).clear(); });
}

double rank(const Window& window, uint32_t n, double x) {
  if (!usable(x) || !window.full()) return kUnknown;
  return 100.0 * window.not_above(x).count / n;
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const uint32_t n = length(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    Window window = window_of(memory, n, lane);
    const double x = inputs[0][lane];
    outputs[0][lane] = rank(window, n, x);
    if (usable(x)) {
      window.push(x);
    } else {
      window.clear();
    }
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const uint32_t n = length(params);
  for_each_lane(
      lanes, [&](uint32_t lane) { outputs[0][lane] = rank(window_of(memory, n, lane), n, inputs[0][lane]); });
}

}  // namespace

const Kernel percent_rank_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
