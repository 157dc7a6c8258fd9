// Candlestick patterns of one kline, some seen against the kline before. The rules are TA-Lib's (ta_CDL….c);
// a long shadow is longer than its own kline's body, a very long one than twice the body.
#include "indicator/candles.h"

namespace tickscan::indicator {

TICKSCAN_CANDLE(cdl_belthold, 10) {
  const bool starts_at_end = c.white(0) ? c.tiny_lower(0) : c.tiny_upper(0);
  return starts_at_end && c.is_long(0) ? 100 * c.sign(0) : 0;
}

TICKSCAN_CANDLE(cdl_closingmarubozu, 10) {
  const bool ends_at_end = c.white(0) ? c.tiny_upper(0) : c.tiny_lower(0);
  return ends_at_end && c.is_long(0) ? 100 * c.sign(0) : 0;
}

TICKSCAN_CANDLE(cdl_marubozu, 10) {
  return c.is_long(0) && c.tiny_upper(0) && c.tiny_lower(0) ? 100 * c.sign(0) : 0;
}

TICKSCAN_CANDLE(cdl_longline, 10) {
  const double shadow = c.usual_shadow(0);
  return c.is_long(0) && c.upper_shadow(0) < shadow && c.lower_shadow(0) < shadow ? 100 * c.sign(0) : 0;
}

TICKSCAN_CANDLE(cdl_shortline, 10) {
  const double shadow = c.usual_shadow(0);
  return c.is_short(0) && c.upper_shadow(0) < shadow && c.lower_shadow(0) < shadow ? 100 * c.sign(0) : 0;
}

TICKSCAN_CANDLE(cdl_spinningtop, 10) {
  const double body = c.body(0);
  return c.is_short(0) && c.upper_shadow(0) > body && c.lower_shadow(0) > body ? 100 * c.sign(0) : 0;
}

TICKSCAN_CANDLE(cdl_highwave, 10) {
  const double very_long = 2 * c.body(0);
  return c.is_short(0) && c.upper_shadow(0) > very_long && c.lower_shadow(0) > very_long ? 100 * c.sign(0)
                                                                                         : 0;
}

// A short body at the top of a long lower shadow: a hammer near the low before, a hanging man near the high.
static bool hammer_shape(const Candles& c) {
  return c.is_short(0) && c.lower_shadow(0) > c.body(0) && c.tiny_upper(0);
}

TICKSCAN_CANDLE(cdl_hammer, 11) { return c.bottom(0) <= c.low(1) + c.near(1) && hammer_shape(c) ? 100 : 0; }

TICKSCAN_CANDLE(cdl_hangingman, 11) {
  return c.bottom(0) >= c.high(1) - c.near(1) && hammer_shape(c) ? -100 : 0;
}

// The same upside down: after a gap down an inverted hammer, after a gap up a shooting star.
static bool inverted_shape(const Candles& c) {
  return c.is_short(0) && c.upper_shadow(0) > c.body(0) && c.tiny_lower(0);
}

TICKSCAN_CANDLE(cdl_invertedhammer, 11) { return c.body_below(0, 1) && inverted_shape(c) ? 100 : 0; }

TICKSCAN_CANDLE(cdl_shootingstar, 11) { return c.body_above(0, 1) && inverted_shape(c) ? -100 : 0; }

}  // namespace tickscan::indicator
