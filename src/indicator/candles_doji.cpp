// Candlestick patterns around a doji: a kline that closes about where it opened. The rules are TA-Lib's
// (ta_CDL….c), its own measures are in candles.h.
#include "indicator/candles.h"

namespace tickscan::indicator {

TICKSCAN_CANDLE(cdl_doji, 10) { return c.is_doji(0) ? 100 : 0; }

TICKSCAN_CANDLE(cdl_dragonflydoji, 10) {
  return c.is_doji(0) && c.tiny_upper(0) && c.lower_shadow(0) > c.tiny_shadow(0) ? 100 : 0;
}

TICKSCAN_CANDLE(cdl_gravestonedoji, 10) {
  return c.is_doji(0) && c.tiny_lower(0) && c.upper_shadow(0) > c.tiny_shadow(0) ? 100 : 0;
}

TICKSCAN_CANDLE(cdl_longleggeddoji, 10) {
  return c.is_doji(0) && std::max(c.lower_shadow(0), c.upper_shadow(0)) > c.body(0) ? 100 : 0;
}

// Both shadows are long and the body lies near the middle.
TICKSCAN_CANDLE(cdl_rickshawman, 10) {
  if (!c.is_doji(0) || c.lower_shadow(0) <= c.body(0) || c.upper_shadow(0) <= c.body(0)) return 0;
  const double middle = c.low(0) + c.range(0) / 2;
  return c.bottom(0) <= middle + c.near(0) && c.top(0) >= middle - c.near(0) ? 100 : 0;
}

TICKSCAN_CANDLE(cdl_takuri, 10) {
  return c.is_doji(0) && c.tiny_upper(0) && c.lower_shadow(0) > 2 * c.body(0) ? 100 : 0;
}

// A doji that gaps away from a long body, in that body's direction.
TICKSCAN_CANDLE(cdl_dojistar, 11) {
  const bool gap = c.white(1) ? c.body_above(0, 1) : c.body_below(0, 1);
  return gap && c.is_long(1) && c.is_doji(0) ? -100 * c.sign(1) : 0;
}

// A doji within a long body; 80 if the bodies share an end.
TICKSCAN_CANDLE(cdl_haramicross, 11) {
  if (!c.is_long(1) || !c.is_doji(0)) return 0;
  if (c.top(0) < c.top(1) && c.bottom(0) > c.bottom(1)) return -100 * c.sign(1);
  return c.top(0) <= c.top(1) && c.bottom(0) >= c.bottom(1) ? -80 * c.sign(1) : 0;
}

// Three dojis, the middle one apart; all three are measured against what was usual before the first.
TICKSCAN_CANDLE(cdl_tristar, 12) {
  const double doji = c.doji_body(2);
  if (c.body(2) > doji || c.body(1) > doji || c.body(0) > doji) return 0;
  if (c.body_above(1, 2) && c.top(0) < c.top(1)) return -100;
  return c.body_below(1, 2) && c.bottom(0) > c.bottom(1) ? 100 : 0;
}

// A long body, a doji with gaps on both sides, and a body that goes back into the first by the penetration.
TICKSCAN_CANDLE(cdl_abandonedbaby, 12) {
  if (c.white(2) == c.white(0)) return 0;
  const double depth = c.body(2) * p[0];
  const bool turns = c.white(2) ? c.close(0) < c.close(2) - depth && c.all_above(1, 2) && c.all_below(0, 1)
                                : c.close(0) > c.close(2) + depth && c.all_below(1, 2) && c.all_above(0, 1);
  return turns && c.is_long(2) && c.is_doji(1) && c.body(0) > c.usual_body(0) ? 100 * c.sign(0) : 0;
}

TICKSCAN_CANDLE(cdl_eveningdojistar, 12) {
  const bool turns =
      c.white(2) && c.body_above(1, 2) && c.black(0) && c.close(0) < c.close(2) - c.body(2) * p[0];
  return turns && c.is_long(2) && c.is_doji(1) && c.is_long(0) ? -100 : 0;
}

TICKSCAN_CANDLE(cdl_morningdojistar, 12) {
  const bool turns =
      c.black(2) && c.body_below(1, 2) && c.white(0) && c.close(0) > c.close(2) + c.body(2) * p[0];
  return turns && c.is_long(2) && c.is_doji(1) && c.is_long(0) ? 100 : 0;
}

}  // namespace tickscan::indicator
