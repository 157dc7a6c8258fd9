// Heikin-Ashi series: candles that average away the noise of single klines.
//
//   close = (open + high + low + close) / 4
//   open  = the mean of the last Heikin-Ashi open and close; at first (open + close) / 2 of the kline itself
//   high  = the highest, low = the lowest of the kline's own and the Heikin-Ashi open and close
//
// The usual definition (TradingView's Heikin Ashi); TA-Lib has none. First output at kline 0; what the first
// open contributes halves with every kline.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "indicator/kernel.h"

namespace tickscan::indicator {

namespace {

enum class Part { open, high, low, close };

struct Candle {
  double open;
  double high;
  double low;
  double close;
};

// A lane's last Heikin-Ashi open and close; before its first kline the open is NaN.
struct Lane {
  double open;
  double close;
};

uint32_t lookback(const double*) { return 0; }
size_t state_bytes(const double*) { return kLanes * sizeof(Lane); }

void reset(void* memory, const double*, LaneMask lanes) {
  auto* state = static_cast<Lane*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) { state[lane] = {kUnknown, kUnknown}; });
}

// The Heikin-Ashi candle that follows; all NaN if an input is not finite, which also restarts the lane.
Candle next_candle(const Lane& lane, Inputs inputs, uint32_t index) {
  const double open = inputs[0][index];
  const double high = inputs[1][index];
  const double low = inputs[2][index];
  const double close = inputs[3][index];
  if (!usable(open) || !usable(high) || !usable(low) || !usable(close)) {
    return {kUnknown, kUnknown, kUnknown, kUnknown};
  }
  const double ha_open = std::isnan(lane.open) ? (open + close) / 2 : (lane.open + lane.close) / 2;
  const double ha_close = (open + high + low + close) / 4;
  return {ha_open, std::max(high, std::max(ha_open, ha_close)), std::min(low, std::min(ha_open, ha_close)),
          ha_close};
}

template <Part kPart>
double part_of(const Candle& candle) {
  if constexpr (kPart == Part::open) return candle.open;
  if constexpr (kPart == Part::high) return candle.high;
  if constexpr (kPart == Part::low) return candle.low;
  return candle.close;
}

template <Part kPart>
void update(void* memory, const double*, Inputs inputs, LaneMask lanes, Outputs outputs) {
  auto* state = static_cast<Lane*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    const Candle candle = next_candle(state[lane], inputs, lane);
    state[lane] = {candle.open, candle.close};
    outputs[0][lane] = part_of<kPart>(candle);
  });
}

template <Part kPart>
void peek(const void* memory, const double*, Inputs inputs, LaneMask lanes, Outputs outputs) {
  const auto* state = static_cast<const Lane*>(memory);
  for_each_lane(lanes, [&](uint32_t lane) {
    outputs[0][lane] = part_of<kPart>(next_candle(state[lane], inputs, lane));
  });
}

template <Part kPart>
constexpr Kernel kernel_of() {
  return {lookback, state_bytes, reset, update<kPart>, peek<kPart>};
}

}  // namespace

extern const Kernel ha_open_kernel;
extern const Kernel ha_high_kernel;
extern const Kernel ha_low_kernel;
extern const Kernel ha_close_kernel;
const Kernel ha_open_kernel = kernel_of<Part::open>();
const Kernel ha_high_kernel = kernel_of<Part::high>();
const Kernel ha_low_kernel = kernel_of<Part::low>();
const Kernel ha_close_kernel = kernel_of<Part::close>();

}  // namespace tickscan::indicator
