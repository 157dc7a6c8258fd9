// Candlestick patterns of three klines. The rules are TA-Lib's (ta_CDL….c); k counts back from the newest.
#include "indicator/candles.h"

namespace tickscan::indicator {

static bool all_white(const Candles& c) { return c.white(2) && c.white(1) && c.white(0); }
static bool all_black(const Candles& c) { return c.black(2) && c.black(1) && c.black(0); }

TICKSCAN_CANDLE(cdl_2crows, 12) {
  const bool crows = c.white(2) && c.black(1) && c.body_above(1, 2) && c.black(0) && c.open(0) < c.open(1) &&
                     c.open(0) > c.close(1) && c.close(0) > c.open(2) && c.close(0) < c.close(2);
  return crows && c.is_long(2) ? -100 : 0;
}

// The third crow's body holds the second's and stays above the first kline's close.
TICKSCAN_CANDLE(cdl_upsidegap2crows, 12) {
  const bool crows = c.white(2) && c.black(1) && c.body_above(1, 2) && c.black(0) && c.open(0) > c.open(1) &&
                     c.close(0) < c.close(1) && c.close(0) > c.close(2);
  return crows && c.is_long(2) && c.body(1) <= c.usual_body(1) ? -100 : 0;
}

// A harami, then an opposite close beyond the first body's open.
TICKSCAN_CANDLE(cdl_3inside, 12) {
  if (c.top(1) >= c.top(2) || c.bottom(1) <= c.bottom(2) || c.white(0) == c.white(2)) return 0;
  const bool beyond = c.white(2) ? c.close(0) < c.open(2) : c.close(0) > c.open(2);
  return beyond && c.is_long(2) && c.body(1) <= c.usual_body(1) ? -100 * c.sign(2) : 0;
}

// An engulfing without shared ends, then a close further in its direction.
TICKSCAN_CANDLE(cdl_3outside, 3) {
  if (c.white(1) == c.white(2) || c.top(1) <= c.top(2) || c.bottom(1) >= c.bottom(2)) return 0;
  const bool further = c.white(1) ? c.close(0) > c.close(1) : c.close(0) < c.close(1);
  return further ? 100 * c.sign(1) : 0;
}

// Three black klines, each weaker, the last a small marubozu within the second.
TICKSCAN_CANDLE(cdl_3starsinsouth, 12) {
  const bool weaker = all_black(c) && c.body(1) < c.body(2) && c.open(1) > c.close(2) &&
                      c.open(1) <= c.high(2) && c.low(1) < c.close(2) && c.low(1) >= c.low(2) &&
                      c.low(0) > c.low(1) && c.high(0) < c.high(1);
  return weaker && c.is_long(2) && c.lower_shadow(2) > c.body(2) && c.lower_shadow(1) > c.tiny_shadow(1) &&
                 c.is_short(0) && c.tiny_lower(0) && c.tiny_upper(0)
             ? 100
             : 0;
}

// Kline k opens above the open before, in the body before or near its close.
static bool opens_within(const Candles& c, uint32_t k) {
  return c.open(k) > c.open(k + 1) && c.open(k) <= c.close(k + 1) + c.near(k + 1);
}

static bool three_rising_whites(const Candles& c) {
  return all_white(c) && c.close(0) > c.close(1) && c.close(1) > c.close(2);
}

TICKSCAN_CANDLE(cdl_3whitesoldiers, 12) {
  return three_rising_whites(c) && opens_within(c, 1) && opens_within(c, 0) && c.tiny_upper(2) &&
                 c.tiny_upper(1) && c.tiny_upper(0) && c.body(1) > c.body(2) - c.far(2) &&
                 c.body(0) > c.body(1) - c.far(1) && c.is_long(0)
             ? 100
             : 0;
}

// Three rising white klines that lose strength: bodies shrink or upper shadows grow.
TICKSCAN_CANDLE(cdl_advanceblock, 12) {
  if (!three_rising_whites(c) || !opens_within(c, 1) || !opens_within(c, 0)) return 0;
  if (!c.is_long(2) || c.upper_shadow(2) >= c.usual_shadow(2)) return 0;
  const double first = c.body(2);
  const double second = c.body(1);
  const double third = c.body(0);
  const bool shrinks_at_second = second < first - c.far(2) && third < second + c.near(1);
  const bool shrinks_at_third = third < second - c.far(1);
  const bool shadows_grow = third < second && second < first &&
                            (c.upper_shadow(0) > c.usual_shadow(0) || c.upper_shadow(1) > c.usual_shadow(1));
  const bool long_shadow = third < second && c.upper_shadow(0) > third;
  return shrinks_at_second || shrinks_at_third || shadows_grow || long_shadow ? -100 : 0;
}

// Two long white klines, then a short one that opens about at the second's close.
TICKSCAN_CANDLE(cdl_stalledpattern, 12) {
  return three_rising_whites(c) && opens_within(c, 1) && c.is_long(2) && c.is_long(1) && c.tiny_upper(1) &&
                 c.is_short(0) && c.open(0) >= c.close(1) - c.body(0) - c.near(1)
             ? -100
             : 0;
}

// Three falling black klines without lower shadows, each opening at the close before.
TICKSCAN_CANDLE(cdl_identical3crows, 12) {
  return all_black(c) && c.close(2) > c.close(1) && c.close(1) > c.close(0) &&
                 c.same(c.open(1), c.close(2), 2) && c.same(c.open(0), c.close(1), 1) && c.tiny_lower(2) &&
                 c.tiny_lower(1) && c.tiny_lower(0)
             ? -100
             : 0;
}

// A short body that gaps away from a long one, and a body back into the long one by the penetration.
TICKSCAN_CANDLE(cdl_eveningstar, 12) {
  const bool turns =
      c.white(2) && c.body_above(1, 2) && c.black(0) && c.close(0) < c.close(2) - c.body(2) * p[0];
  return turns && c.is_long(2) && c.body(1) <= c.usual_body(1) && c.is_long(0) ? -100 : 0;
}

TICKSCAN_CANDLE(cdl_morningstar, 12) {
  const bool turns =
      c.black(2) && c.body_below(1, 2) && c.white(0) && c.close(0) > c.close(2) + c.body(2) * p[0];
  return turns && c.is_long(2) && c.body(1) <= c.usual_body(1) && c.is_long(0) ? 100 : 0;
}

// Two alike white klines side by side after a gap.
TICKSCAN_CANDLE(cdl_gapsidesidewhite, 7) {
  const bool up = c.body_above(1, 2) && c.body_above(0, 2);
  const bool down = c.body_below(1, 2) && c.body_below(0, 2);
  if ((!up && !down) || c.black(1) || c.black(0)) return 0;
  const bool alike = c.body(0) >= c.body(1) - c.near(1) && c.body(0) <= c.body(1) + c.near(1) &&
                     c.same(c.open(0), c.open(1), 1);
  if (!alike) return 0;
  return up ? 100 : -100;
}

// Two black klines with the same close around a white one above it.
TICKSCAN_CANDLE(cdl_sticksandwich, 7) {
  return c.black(2) && c.white(1) && c.black(0) && c.low(1) > c.close(2) && c.same(c.close(0), c.close(2), 2)
             ? 100
             : 0;
}

// A gap, and an opposite kline of like size that opens in the second body and closes in the gap.
TICKSCAN_CANDLE(cdl_tasukigap, 7) {
  if (c.white(0) == c.white(1) || c.open(0) >= c.top(1) || c.open(0) <= c.bottom(1)) return 0;
  const bool in_gap = c.white(1) ? c.body_above(1, 2) && c.close(0) < c.bottom(1) && c.close(0) > c.top(2)
                                 : c.body_below(1, 2) && c.close(0) > c.top(1) && c.close(0) < c.bottom(2);
  return in_gap && std::fabs(c.body(1) - c.body(0)) < c.near(1) ? 100 * c.sign(1) : 0;
}

// A long black kline, a black one with a lower low in its upper part, and a short white one above that low.
TICKSCAN_CANDLE(cdl_unique3river, 12) {
  const bool shape = c.black(2) && c.black(1) && c.close(1) > c.close(2) && c.open(1) <= c.open(2) &&
                     c.low(1) < c.low(2) && c.white(0) && c.open(0) > c.low(1);
  return shape && c.is_long(2) && c.is_short(0) ? 100 : 0;
}

// A gap between two alike klines that an opposite one closes: it opens in the second body, ends in the first.
TICKSCAN_CANDLE(cdl_xsidegap3methods, 2) {
  if (c.white(2) != c.white(1) || c.white(1) == c.white(0)) return 0;
  const bool gap = c.white(2) ? c.body_above(1, 2) : c.body_below(1, 2);
  const bool closes =
      c.open(0) < c.top(1) && c.open(0) > c.bottom(1) && c.close(0) < c.top(2) && c.close(0) > c.bottom(2);
  return gap && closes ? 100 * c.sign(2) : 0;
}

}  // namespace tickscan::indicator
