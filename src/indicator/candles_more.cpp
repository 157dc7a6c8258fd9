// Candlestick patterns of four and five klines, and those that wait for a confirmation. The rules are TA-Lib's
// (ta_CDL….c); k counts back from the newest.
#include "indicator/candles.h"

namespace tickscan::indicator {

// A white kline, then three falling black ones without lower shadows, each opening in the body before.
TICKSCAN_CANDLE(cdl_3blackcrows, 13) {
  const bool falling = c.white(3) && c.black(2) && c.black(1) && c.black(0) && c.high(3) > c.close(2) &&
                       c.close(2) > c.close(1) && c.close(1) > c.close(0);
  const bool within =
      c.open(1) < c.open(2) && c.open(1) > c.close(2) && c.open(0) < c.open(1) && c.open(0) > c.close(1);
  return falling && within && c.tiny_lower(2) && c.tiny_lower(1) && c.tiny_lower(0) ? -100 : 0;
}

// Kline k opens in or near the body before.
static bool opens_near(const Candles& c, uint32_t k) {
  return c.open(k) >= c.bottom(k + 1) - c.near(k + 1) && c.open(k) <= c.top(k + 1) + c.near(k + 1);
}

// Three klines in one direction, and one that takes them all back.
TICKSCAN_CANDLE(cdl_3linestrike, 8) {
  if (c.white(3) != c.white(2) || c.white(2) != c.white(1) || c.white(1) == c.white(0)) return 0;
  const bool strikes = c.white(1) ? c.close(1) > c.close(2) && c.close(2) > c.close(3) &&
                                        c.open(0) > c.close(1) && c.close(0) < c.open(3)
                                  : c.close(1) < c.close(2) && c.close(2) < c.close(3) &&
                                        c.open(0) < c.close(1) && c.close(0) > c.open(3);
  return strikes && opens_near(c, 2) && opens_near(c, 1) ? 100 * c.sign(1) : 0;
}

// Four black klines: two marubozus, one that gaps down and reaches back, and one that holds it whole.
TICKSCAN_CANDLE(cdl_concealbabyswall, 13) {
  const bool shape = c.black(3) && c.black(2) && c.black(1) && c.black(0) && c.body_below(1, 2) &&
                     c.high(1) > c.close(2) && c.high(0) > c.high(1) && c.low(0) < c.low(1);
  return shape && c.tiny_lower(3) && c.tiny_upper(3) && c.tiny_lower(2) && c.tiny_upper(2) &&
                 c.upper_shadow(1) > c.tiny_shadow(1)
             ? 100
             : 0;
}

// A long body, a gap and more in its direction, then an opposite close into that gap.
TICKSCAN_CANDLE(cdl_breakaway, 14) {
  if (c.white(4) != c.white(3) || c.white(3) != c.white(1) || c.white(1) == c.white(0)) return 0;
  const bool breaks = c.black(4) ? c.body_below(3, 4) && c.high(2) < c.high(3) && c.low(2) < c.low(3) &&
                                       c.high(1) < c.high(2) && c.low(1) < c.low(2) &&
                                       c.close(0) > c.open(3) && c.close(0) < c.close(4)
                                 : c.body_above(3, 4) && c.high(2) > c.high(3) && c.low(2) > c.low(3) &&
                                       c.high(1) > c.high(2) && c.low(1) > c.low(2) &&
                                       c.close(0) < c.open(3) && c.close(0) > c.close(4);
  return breaks && c.is_long(4) ? 100 * c.sign(0) : 0;
}

// Three falling black klines, a black one with an upper shadow, and a white one that closes above it.
TICKSCAN_CANDLE(cdl_ladderbottom, 14) {
  const bool falling = c.black(4) && c.black(3) && c.black(2) && c.open(4) > c.open(3) &&
                       c.open(3) > c.open(2) && c.close(4) > c.close(3) && c.close(3) > c.close(2);
  const bool turns = c.black(1) && c.white(0) && c.open(0) > c.open(1) && c.close(0) > c.high(1);
  return falling && turns && c.upper_shadow(1) > c.tiny_shadow(1) ? 100 : 0;
}

// A long white kline, a gap up, three short ones that fall back at most by the penetration, and a new high.
TICKSCAN_CANDLE(cdl_mathold, 14) {
  if (c.black(4) || c.white(3) || c.black(0) || !c.body_above(3, 4)) return 0;
  const double floor = c.close(4) - c.body(4) * p[0];
  const bool holds = c.bottom(2) < c.close(4) && c.bottom(1) < c.close(4) && c.bottom(2) > floor &&
                     c.bottom(1) > floor && c.top(2) < c.open(3) && c.top(1) < c.top(2);
  const bool rises =
      c.open(0) > c.close(1) && c.close(0) > std::max(c.high(3), std::max(c.high(2), c.high(1)));
  return holds && rises && c.is_long(4) && c.is_short(3) && c.is_short(2) && c.is_short(1) ? 100 : 0;
}

// A long body, three short opposite ones within its range, and a long one further in its direction.
TICKSCAN_CANDLE(cdl_risefall3methods, 14) {
  if (c.white(3) == c.white(4) || c.white(0) != c.white(4)) return 0;
  for (uint32_t k = 1; k <= 3; ++k) {
    if (c.white(k) != c.white(3) || c.bottom(k) >= c.high(4) || c.top(k) <= c.low(4)) return 0;
  }
  const double up = c.sign(4);
  const bool resumes = up * c.close(2) < up * c.close(3) && up * c.close(1) < up * c.close(2) &&
                       up * c.open(0) > up * c.close(1) && up * c.close(0) > up * c.close(4);
  return resumes && c.is_long(4) && c.is_short(3) && c.is_short(2) && c.is_short(1) && c.is_long(0) ? 100 * up
                                                                                                    : 0;
}

// A setup gives its direction at once and is open for three klines: a close beyond the kline before the setup
// confirms it, once; a newer setup replaces it. All of that can be read from the window, so no memory is needed.
template <double (*kSetup)(const Candles&, uint32_t)>
static double with_confirmation(const Candles& c) {
  const double now = kSetup(c, 0);
  if (now != 0) return now;
  for (uint32_t age = 1; age <= 3; ++age) {
    const double setup = kSetup(c, age);
    if (setup == 0) continue;
    const auto confirms = [&](uint32_t k) {
      return setup > 0 ? c.close(k) > c.high(age + 1) : c.close(k) < c.low(age + 1);
    };
    for (uint32_t k = age - 1; k > 0; --k) {
      if (confirms(k)) return 0;
    }
    return confirms(0) ? 2 * setup : 0;
  }
  return 0;
}

// Kline k leaves the kline before, as a whole, down (100: a false break, so bullish) or up (−100).
static double false_break(const Candles& c, uint32_t k) {
  if (c.high(k) < c.high(k + 1) && c.low(k) < c.low(k + 1)) return 100;
  return c.high(k) > c.high(k + 1) && c.low(k) > c.low(k + 1) ? -100 : 0;
}

static bool is_inside(const Candles& c, uint32_t k) {
  return c.high(k) < c.high(k + 1) && c.low(k) > c.low(k + 1);
}

static double hikkake_setup(const Candles& c, uint32_t k) {
  return is_inside(c, k + 1) ? false_break(c, k) : 0;
}

TICKSCAN_CANDLE(cdl_hikkake, 5) { return with_confirmation<hikkake_setup>(c); }

// Two inside klines, the first of which closes near the end towards which the break goes.
static double modified_setup(const Candles& c, uint32_t k) {
  if (!is_inside(c, k + 1) || !is_inside(c, k + 2)) return 0;
  const double direction = false_break(c, k);
  if (direction > 0) return c.close(k + 2) <= c.low(k + 2) + c.near(k + 2) ? direction : 0;
  return c.close(k + 2) >= c.high(k + 2) - c.near(k + 2) ? direction : 0;
}

TICKSCAN_CANDLE(cdl_hikkakemod, 10) { return with_confirmation<modified_setup>(c); }

}  // namespace tickscan::indicator
