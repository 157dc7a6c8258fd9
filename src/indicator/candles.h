// Candlestick patterns: what they share. A pattern is a pure function over the newest kline and the
// `lookback` klines before it; candle_kernel makes the indicator of it.
//
// "Long", "short", "doji", "near" and so on compare with what was usual on the klines just before the one in
// question, TA-Lib's default candle settings (ta_global.c): the mean body of 10 klines, a tenth of their
// high − low, a fifth or three fifths or a twentieth of that of 5 klines. TA-Lib slides these sums and lets
// rounding errors gather in them; here each is summed afresh from at most 10 klines, so a decision depends on
// those klines alone, and a comparison is exact when all prices are multiplied by a power of two.
//
// Outputs are 100 for a bullish and −100 for a bearish pattern, 0 for none; engulfing and harami give ±80 when
// one end of the bodies is equal, the hikkakes ±200 for a confirmation. First output at kline `lookback`, as
// TA-Lib's, which for some patterns is later than the klines that they read would need.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "indicator/kernel.h"

namespace tickscan::indicator {

struct Candle {
  double open;
  double high;
  double low;
  double close;
};

// A lane's klines up to the newest; k counts back from it, which is 0.
class Candles {
 public:
  // `earlier` is a ring of `length` candles, the oldest at `position`.
  Candles(const Candle& newest, const Candle* earlier, uint32_t length, uint32_t position)
      : newest_(newest), earlier_(earlier), length_(length), position_(position) {}

  double open(uint32_t k) const { return at(k).open; }
  double high(uint32_t k) const { return at(k).high; }
  double low(uint32_t k) const { return at(k).low; }
  double close(uint32_t k) const { return at(k).close; }

  double body(uint32_t k) const { return std::fabs(close(k) - open(k)); }
  double top(uint32_t k) const { return std::max(open(k), close(k)); }  // the body's ends
  double bottom(uint32_t k) const { return std::min(open(k), close(k)); }
  double range(uint32_t k) const { return high(k) - low(k); }
  double upper_shadow(uint32_t k) const { return high(k) - top(k); }
  double lower_shadow(uint32_t k) const { return bottom(k) - low(k); }

  // A kline that closes where it opened counts as white.
  bool white(uint32_t k) const { return close(k) >= open(k); }
  bool black(uint32_t k) const { return !white(k); }
  double sign(uint32_t k) const { return white(k) ? 1 : -1; }

  // The body of k lies wholly above, or below, that of j.
  bool body_above(uint32_t k, uint32_t j) const { return bottom(k) > top(j); }
  bool body_below(uint32_t k, uint32_t j) const { return top(k) < bottom(j); }
  // So does the whole of k.
  bool all_above(uint32_t k, uint32_t j) const { return low(k) > high(j); }
  bool all_below(uint32_t k, uint32_t j) const { return high(k) < low(j); }

  // Measures of what is usual before k. A body is long above usual_body and short below it, and a shadow is
  // long above its own kline's body.
  double usual_body(uint32_t k) const { return mean_body(k, 10); }
  double doji_body(uint32_t k) const { return 0.1 * mean_range(k, 10); }
  double usual_shadow(uint32_t k) const { return mean_shadows(k, 10) / 2; }
  double tiny_shadow(uint32_t k) const { return 0.1 * mean_range(k, 10); }
  double near(uint32_t k) const { return 0.2 * mean_range(k, 5); }
  double far(uint32_t k) const { return 0.6 * mean_range(k, 5); }
  double equal(uint32_t k) const { return 0.05 * mean_range(k, 5); }

  bool is_long(uint32_t k) const { return body(k) > usual_body(k); }
  bool is_short(uint32_t k) const { return body(k) < usual_body(k); }
  bool is_doji(uint32_t k) const { return body(k) <= doji_body(k); }
  bool tiny_upper(uint32_t k) const { return upper_shadow(k) < tiny_shadow(k); }
  bool tiny_lower(uint32_t k) const { return lower_shadow(k) < tiny_shadow(k); }
  // A price that counts as the same as another, at what is usual before k.
  bool same(double price, double other, uint32_t k) const {
    const double margin = equal(k);
    return price <= other + margin && price >= other - margin;
  }

 private:
  const Candle& at(uint32_t k) const {
    if (k == 0) return newest_;
    return earlier_[position_ >= k ? position_ - k : position_ + length_ - k];
  }

  // The mean over the `period` klines before k, summed from the oldest.
  double mean_body(uint32_t k, uint32_t period) const;
  double mean_range(uint32_t k, uint32_t period) const;
  double mean_shadows(uint32_t k, uint32_t period) const;

  const Candle& newest_;
  const Candle* earlier_;
  uint32_t length_;
  uint32_t position_;
};

// 61 patterns share what runs them, so it is not a template: a pattern is called through a pointer, and its
// code stands in the module once, not once for each of `update` and `peek`.
using Pattern = double (*)(const Candles& c, const double* params);

size_t candle_state_bytes(uint32_t lookback);
void reset_candles(void* memory, uint32_t lookback, LaneMask lanes);
void update_candles(void* memory, Pattern pattern, uint32_t lookback, const double* params, Inputs inputs,
                    LaneMask lanes, double* output);
void peek_candles(const void* memory, Pattern pattern, uint32_t lookback, const double* params, Inputs inputs,
                  LaneMask lanes, double* output);

template <Pattern kPattern, uint32_t kLookback>
constexpr Kernel candle_kernel() {
  return {
      [](const double*) { return kLookback; },
      [](const double*) { return candle_state_bytes(kLookback); },
      [](void* memory, const double*, LaneMask lanes) { reset_candles(memory, kLookback, lanes); },
      [](void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
        update_candles(memory, kPattern, kLookback, params, inputs, lanes, outputs[0]);
      },
      [](const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
        peek_candles(memory, kPattern, kLookback, params, inputs, lanes, outputs[0]);
      },
  };
}

// Starts a pattern: its function's body follows, over the candles `c` and the parameters `p`.
#define TICKSCAN_CANDLE(name, lookback)                         \
  static double name(const Candles& c, const double* p);        \
  extern const Kernel name##_kernel;                            \
  const Kernel name##_kernel = candle_kernel<name, lookback>(); \
  static double name([[maybe_unused]] const Candles& c, [[maybe_unused]] const double* p)

}  // namespace tickscan::indicator
