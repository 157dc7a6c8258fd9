// What runs candlestick patterns: each lane keeps its last `lookback` candles in a ring, and a pattern looks
// at them through Candles. `update` and `peek` differ only in that `update` keeps the newest candle.
#include "indicator/candles.h"

namespace tickscan::indicator {

namespace {

// A lane is this and `lookback` candles after it.
struct Lane {
  uint32_t filled;    // candles in the ring, at most lookback
  uint32_t position;  // the ring's entry that the next candle replaces
};
static_assert(sizeof(Lane) % alignof(Candle) == 0);

size_t lane_bytes(uint32_t lookback) { return sizeof(Lane) + size_t{lookback} * sizeof(Candle); }

const Lane* lane_at(const void* memory, uint32_t lookback, uint32_t index) {
  return reinterpret_cast<const Lane*>(static_cast<const char*>(memory) + index * lane_bytes(lookback));
}
Lane* lane_at(void* memory, uint32_t lookback, uint32_t index) {
  return reinterpret_cast<Lane*>(static_cast<char*>(memory) + index * lane_bytes(lookback));
}
const Candle* ring_of(const Lane* lane) { return reinterpret_cast<const Candle*>(lane + 1); }
Candle* ring_of(Lane* lane) { return reinterpret_cast<Candle*>(lane + 1); }

Candle read(Inputs inputs, uint32_t lane) {
  return {inputs[0][lane], inputs[1][lane], inputs[2][lane], inputs[3][lane]};
}

bool is_usable(const Candle& candle) {
  return usable(candle.open) && usable(candle.high) && usable(candle.low) && usable(candle.close);
}

double output_of(const Lane* lane, const Candle& newest, Pattern pattern, uint32_t lookback,
                 const double* params) {
  if (lane->filled < lookback || !is_usable(newest)) return kUnknown;
  return pattern(Candles(newest, ring_of(lane), lookback, lane->position), params);
}

}  // namespace

double Candles::mean_body(uint32_t k, uint32_t period) const {
  double sum = 0;
  for (uint32_t j = k + period; j > k; --j) sum += body(j);
  return sum / period;
}

double Candles::mean_range(uint32_t k, uint32_t period) const {
  double sum = 0;
  for (uint32_t j = k + period; j > k; --j) sum += range(j);
  return sum / period;
}

double Candles::mean_shadows(uint32_t k, uint32_t period) const {
  double sum = 0;
  for (uint32_t j = k + period; j > k; --j) sum += upper_shadow(j) + lower_shadow(j);
  return sum / period;
}

size_t candle_state_bytes(uint32_t lookback) { return kLanes * lane_bytes(lookback); }

void reset_candles(void* memory, uint32_t lookback, LaneMask lanes) {
  for_each_lane(lanes, [&](uint32_t index) { *lane_at(memory, lookback, index) = {0, 0}; });
}

void update_candles(void* memory, Pattern pattern, uint32_t lookback, const double* params, Inputs inputs,
                    LaneMask lanes, double* output) {
  for_each_lane(lanes, [&](uint32_t index) {
    Lane* lane = lane_at(memory, lookback, index);
    const Candle newest = read(inputs, index);
    output[index] = output_of(lane, newest, pattern, lookback, params);
    if (!is_usable(newest)) {
      *lane = {0, 0};
      return;
    }
    ring_of(lane)[lane->position] = newest;
    lane->position = lane->position + 1 == lookback ? 0 : lane->position + 1;
    if (lane->filled < lookback) ++lane->filled;
  });
}

void peek_candles(const void* memory, Pattern pattern, uint32_t lookback, const double* params, Inputs inputs,
                  LaneMask lanes, double* output) {
  for_each_lane(lanes, [&](uint32_t index) {
    output[index] =
        output_of(lane_at(memory, lookback, index), read(inputs, index), pattern, lookback, params);
  });
}

}  // namespace tickscan::indicator
