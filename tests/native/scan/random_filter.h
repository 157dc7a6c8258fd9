// Random filter texts over the intervals of the scan tests: everything that the grammar has, nested.
#pragma once

#include <random>
#include <string>

namespace tickscan::scan::testing {

class RandomFilter {
 public:
  // tickers: may read ticker fields. They have no history, so they stand outside of windows only.
  RandomFilter(std::mt19937& random, bool tickers) : random_(random), tickers_(tickers) {}

  std::string condition(int depth) { return condition(depth, tickers_); }
  std::string number(int depth) { return number(depth, tickers_); }

 private:
  uint32_t below(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_); }

  std::string interval() {
    constexpr const char* kSuffix[] = {"", "", "@1m", "@3m", "@5m"};
    return kSuffix[below(5)];
  }

  std::string leaf(bool tickers) {
    constexpr const char* kSeries[] = {"open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4"};
    constexpr const char* kTicker[] = {"last", "bid", "spread", "change_24h"};
    if (tickers && below(6) == 0) return kTicker[below(4)];
    if (below(6) == 0) return std::to_string(below(4) * 5 + 90);
    return kSeries[below(8)] + interval();
  }

  std::string number(int depth, bool tickers) {
    if (depth <= 0) return leaf(tickers);
    constexpr const char* kOperators[] = {" + ", " - ", " * ", " / "};
    constexpr const char* kIndicators[] = {"sma", "ema", "rsi"};
    switch (below(9)) {
      case 0:
        return "(" + number(depth - 1, tickers) + kOperators[below(4)] + number(depth - 1, tickers) + ")";
      case 1: return "-" + leaf(tickers);
      case 2: return "(" + number(depth - 1, false) + ")[" + std::to_string(below(4)) + "]" + interval();
      case 3:
      case 4:
        return std::string(kIndicators[below(3)]) + "(" + number(depth - 1, false) + " + 0 * close, " +
               std::to_string(2 + below(5)) + ")" + interval();
      case 5: return function(depth, tickers);
      case 6: return windowed(depth);
      default: return leaf(tickers);
    }
  }

  std::string function(int depth, bool tickers) {
    constexpr const char* kUnary[] = {"abs", "sqrt", "log", "floor", "ceil", "round", "sign"};
    const std::string x = number(depth - 1, tickers) + " + 0 * close";
    if (below(2) == 0) return std::string(kUnary[below(7)]) + "(" + x + ")";
    return std::string(below(2) == 0 ? "min" : "max") + "(" + x + ", " + leaf(tickers) + ")";
  }

  std::string windowed(int depth) {
    constexpr const char* kWindows[] = {"highest",     "lowest", "highest_bars",
                                        "lowest_bars", "change", "percent_rank"};
    const std::string n = std::to_string(1 + below(5));
    switch (below(5)) {
      case 0: return "bars_since(" + condition(depth - 1, false) + ")" + interval();
      case 1:
        return "value_when(" + condition(depth - 1, false) + ", " + number(depth - 1, false) + ", " +
               std::to_string(below(3)) + ")" + interval();
      case 2: return "count(" + condition(depth - 1, false) + ", " + n + ")" + interval();
      default:
        return std::string(kWindows[below(6)]) + "(" + number(depth - 1, false) + ", " + n + ")" + interval();
    }
  }

  std::string happening(int depth) {
    constexpr const char* kCrossings[] = {"crosses_above", "crosses_below", "crosses"};
    const std::string n = std::to_string(1 + below(4));
    switch (below(3)) {
      case 0: return "held(" + condition(depth - 1, false) + ", " + n + ")" + interval();
      case 1:
        return std::string(below(2) == 0 ? "rising" : "falling") + "(" + number(depth - 1, false) + ", " + n +
               ")" + interval();
      default:
        return std::string(kCrossings[below(3)]) + "(" + number(depth - 1, false) + ", " +
               number(depth - 1, false) + ")" + interval();
    }
  }

  std::string condition(int depth, bool tickers) {
    constexpr const char* kComparisons[] = {" < ", " <= ", " > ", " >= ", " == ", " != "};
    const uint32_t kind = depth <= 0 ? 0 : below(9);
    switch (kind) {
      case 1: return "(" + condition(depth - 1, tickers) + " and " + condition(depth - 1, tickers) + ")";
      case 2: return "(" + condition(depth - 1, tickers) + " or " + condition(depth - 1, tickers) + ")";
      case 3: return "not (" + condition(depth - 1, tickers) + ")";
      case 4: return "(" + condition(depth - 1, false) + ")[" + std::to_string(1 + below(3)) + "]";
      case 5:
        return number(depth - 1, tickers) + " < " + number(depth - 1, tickers) +
               " <= " + number(depth - 1, tickers);
      case 6:
      case 7: return happening(depth);
      default: return number(depth, tickers) + kComparisons[below(6)] + number(depth, tickers);
    }
  }

  std::mt19937& random_;
  bool tickers_;
};

}  // namespace tickscan::scan::testing
