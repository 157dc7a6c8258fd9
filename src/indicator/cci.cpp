// Commodity channel index: (p − mean) / (0.015 · mean deviation) of the typical price p = (high + low +
// close) / 3.
//
// As in ta_CCI.c the mean deviation is that of the window's prices from the present mean, so each of its
// terms changes with every price. The window is therefore ordered by size (ordered_window.h): with the number and
// the sum of the prices below the mean the deviation is two sums, and `update` and `peek` are O(log period). No
// deviation, or p on the mean exactly, gives 0. First output at input period − 1.
#include "indicator/ordered_window.h"

namespace tickscan::indicator {

namespace {

using Window = OrderedWindow<SummedValue>;

uint32_t period_of(const double* params) { return static_cast<uint32_t>(params[0]); }

uint32_t lookback(const double* params) { return period_of(params) - 1; }
size_t state_bytes(const double* params) { return kLanes * Window::bytes(period_of(params)); }

// `peek` calls only what reads.
Window window_of(const void* memory, uint32_t period, uint32_t lane) {
  return {static_cast<char*>(const_cast<void*>(memory)) + lane * Window::bytes(period), period};
}

void reset(void* memory, const double* params, LaneMask lanes) {
  for_each_lane(lanes, [&](uint32_t lane) { window_of(memory, period_of(params), lane).clear(); });
}

// kUnknown if an input is not usable.
double typical_price(Inputs inputs, uint32_t lane) {
  const double high = inputs[0][lane];
  const double low = inputs[1][lane];
  const double close = inputs[2][lane];
  return usable(high) && usable(low) && usable(close) ? (high + low + close) / 3.0 : kUnknown;
}

double index_of(const Window& window, uint32_t period, double price) {
  if (price != price || window.filled() + 1 < period) return kUnknown;
  DoubleDouble sum = window.all().sum.plus(price);
  if (window.full()) sum = sum.plus(-window.oldest());
  const double mean = sum.divided_by(period);
  const double distance = price - mean;
  // Prices below the mean: those of the past, without the one that goes, with the present one.
  auto [count, below] = window.below(mean);
  if (window.full() && window.oldest() < mean) {
    below = below.plus(-window.oldest());
    --count;
  }
  if (price < mean) {
    below = below.plus(price);
    ++count;
  }
  const DoubleDouble under = difference_of(exact_product(count, mean), below);
  const DoubleDouble over = difference_of(difference_of(sum, below), exact_product(period - count, mean));
  const double deviation = sum_of(under, over).hi;
  const bool flat = distance == 0 || deviation == 0;
  return flat ? 0.0 : finite_or_unknown(distance / (0.015 * (deviation / period)));
}

void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const uint32_t period = period_of(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    Window window = window_of(memory, period, lane);
    const double price = typical_price(inputs, lane);
    outputs[0][lane] = index_of(window, period, price);
    if (price == price) {
      window.push(price);
    } else {
      window.clear();
    }
  });
}

void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const uint32_t period = period_of(params);
  for_each_lane(lanes, [&](uint32_t lane) {
    outputs[0][lane] = index_of(window_of(memory, period, lane), period, typical_price(inputs, lane));
  });
}

}  // namespace

extern const Kernel cci_kernel;
const Kernel cci_kernel{lookback, state_bytes, reset, update, peek};

}  // namespace tickscan::indicator
