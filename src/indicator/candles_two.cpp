// Candlestick patterns of two klines. The rules are TA-Lib's (ta_CDL….c); k counts back from the newest.
#include "indicator/candles.h"

namespace tickscan::indicator {

static bool opposite(const Candles& c) { return c.white(1) != c.white(0); }

// Two long opposite bodies that close at the same price.
TICKSCAN_CANDLE(cdl_counterattack, 11) {
  return opposite(c) && c.same(c.close(0), c.close(1), 1) && c.is_long(1) && c.is_long(0) ? 100 * c.sign(0)
                                                                                          : 0;
}

// Opens above a long white kline and closes within it, below the penetrated share of its body.
TICKSCAN_CANDLE(cdl_darkcloudcover, 11) {
  const bool covers = c.white(1) && c.black(0) && c.open(0) > c.high(1) && c.close(0) > c.open(1) &&
                      c.close(0) < c.close(1) - c.body(1) * p[0];
  return covers && c.is_long(1) ? -100 : 0;
}

// The newest body holds the opposite one before; 80 if they share an end.
TICKSCAN_CANDLE(cdl_engulfing, 2) {
  if (!opposite(c) || c.top(0) < c.top(1) || c.bottom(0) > c.bottom(1)) return 0;
  const uint32_t shared = (c.top(0) == c.top(1) ? 1u : 0u) + (c.bottom(0) == c.bottom(1) ? 1u : 0u);
  if (shared == 2) return 0;
  return (shared == 0 ? 100 : 80) * c.sign(0);
}

// A short body within a long one; 80 if they share an end.
TICKSCAN_CANDLE(cdl_harami, 11) {
  if (!c.is_long(1) || c.body(0) > c.usual_body(0)) return 0;
  if (c.top(0) < c.top(1) && c.bottom(0) > c.bottom(1)) return -100 * c.sign(1);
  return c.top(0) <= c.top(1) && c.bottom(0) >= c.bottom(1) ? -80 * c.sign(1) : 0;
}

// A harami whose bodies are both black.
TICKSCAN_CANDLE(cdl_homingpigeon, 11) {
  const bool within = c.black(1) && c.black(0) && c.open(0) < c.open(1) && c.close(0) > c.close(1);
  return within && c.is_long(1) && c.body(0) <= c.usual_body(0) ? 100 : 0;
}

// A long black body, then a white one that opens below its low: what it reaches tells three patterns apart.
static bool rebound(const Candles& c) {
  return c.black(1) && c.white(0) && c.open(0) < c.low(1) && c.is_long(1);
}

// … back to the low;
TICKSCAN_CANDLE(cdl_onneck, 11) { return rebound(c) && c.same(c.close(0), c.low(1), 1) ? -100 : 0; }

// … to the close or a little above;
TICKSCAN_CANDLE(cdl_inneck, 11) {
  const double close = c.close(1);
  return rebound(c) && c.close(0) >= close && c.close(0) <= close + c.equal(1) ? -100 : 0;
}

// … into the body, at most to its middle;
TICKSCAN_CANDLE(cdl_thrusting, 11) {
  const double close = c.close(1);
  const bool reaches = c.close(0) > close + c.equal(1) && c.close(0) <= close + c.body(1) * 0.5;
  return reaches && rebound(c) ? -100 : 0;
}

// … beyond its middle, with a long body of its own.
TICKSCAN_CANDLE(cdl_piercing, 11) {
  const bool reaches = c.close(0) < c.open(1) && c.close(0) > c.close(1) + c.body(1) * 0.5;
  return reaches && rebound(c) && c.is_long(0) ? 100 : 0;
}

static bool is_marubozu(const Candles& c, uint32_t k) {
  return c.is_long(k) && c.tiny_upper(k) && c.tiny_lower(k);
}

// Two opposite marubozus with a gap between, away from the first one's direction.
static bool kicks(const Candles& c) {
  const bool gap = c.black(1) ? c.all_above(0, 1) : c.all_below(0, 1);
  return gap && opposite(c) && is_marubozu(c, 1) && is_marubozu(c, 0);
}

TICKSCAN_CANDLE(cdl_kicking, 11) { return kicks(c) ? 100 * c.sign(0) : 0; }

// The longer of the two gives the direction.
TICKSCAN_CANDLE(cdl_kickingbylength, 11) {
  return kicks(c) ? 100 * c.sign(c.body(0) > c.body(1) ? 0 : 1) : 0;
}

TICKSCAN_CANDLE(cdl_matchinglow, 6) {
  return c.black(1) && c.black(0) && c.same(c.close(0), c.close(1), 1) ? 100 : 0;
}

// Two opposite bodies with the same open, the newest long and without a shadow behind it.
TICKSCAN_CANDLE(cdl_separatinglines, 11) {
  const bool starts_at_end = c.white(0) ? c.tiny_lower(0) : c.tiny_upper(0);
  return opposite(c) && c.same(c.open(0), c.open(1), 1) && starts_at_end && c.is_long(0) ? 100 * c.sign(0)
                                                                                         : 0;
}

}  // namespace tickscan::indicator
