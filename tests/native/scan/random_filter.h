// Random filter texts over the intervals of the scan tests: everything that the grammar has, nested, with every row
// of the indicators and of the functions. Parameters are legal and small, so that warm-ups end within a short test.
#pragma once

#include <algorithm>
#include <random>
#include <string>

#include "filter/diagnostic.h"
#include "filter/functions.h"
#include "indicator/registry.h"

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

  // Something that reads a series, which windows and indicators want of their input.
  std::string stepping(int depth) { return number(depth, false) + " + 0 * close"; }

  std::string number(int depth, bool tickers) {
    if (depth <= 0) return leaf(tickers);
    constexpr const char* kOperators[] = {" + ", " - ", " * ", " / "};
    switch (below(10)) {
      case 0:
        return "(" + number(depth - 1, tickers) + kOperators[below(4)] + number(depth - 1, tickers) + ")";
      case 1: return "-" + leaf(tickers);
      case 2: return "(" + number(depth - 1, false) + ")[" + std::to_string(below(4)) + "]" + interval();
      case 3:
      case 4:
      case 5: return indicator(depth);
      case 6: return operation(depth, tickers);
      case 7: return call(depth, filter::Type::number);
      default: return leaf(tickers);
    }
  }

  // Any row, at times over an expression of its own, with some of its parameters, at times by their names.
  std::string indicator(int depth) {
    const auto rows = indicator::indicators();
    // A third of the rows are candle patterns, which are rarely true: fewer of them.
    size_t index = below(static_cast<uint32_t>(rows.size()));
    if (rows[index].name.starts_with("cdl_") && below(3) > 0)
      index = below(static_cast<uint32_t>(rows.size()));
    const indicator::Indicator& row = rows[index];
    std::string arguments;
    const auto add = [&](const std::string& one) { arguments += (arguments.empty() ? "" : ", ") + one; };
    if (row.inputs.size() == 1 && below(2) == 0) add(stepping(depth - 1));
    const bool by_name = below(4) == 0;
    for (const indicator::Param& param : row.params) {
      const std::string value = parameter(param);
      add(by_name ? std::string(param.name) + ": " + value : value);
    }
    std::string text(row.name);
    if (!arguments.empty()) text += "(" + arguments + ")";
    if (row.outputs.size() > 1 && below(4) > 0)
      text += "." + std::string(row.outputs[below(static_cast<uint32_t>(row.outputs.size()))]);
    return text + interval();
  }

  std::string parameter(const indicator::Param& param) {
    if (param.whole) {
      const double most = std::min(param.most, param.least + 7);
      return std::to_string(static_cast<int>(param.least) +
                            static_cast<int>(below(static_cast<uint32_t>(most - param.least) + 1)));
    }
    // Around the default, within the limits.
    const double value = param.default_value * (0.5 + below(16) / 16.0);
    return filter::number_text(std::clamp(value, param.least, param.most));
  }

  // Functions that are operations: abs, min, …
  std::string operation(int depth, bool tickers) {
    constexpr const char* kUnary[] = {"abs", "sqrt", "log", "floor", "ceil", "round", "sign", "exp"};
    const uint32_t which = below(12);
    const std::string x = number(depth - 1, tickers) + " + 0 * close";
    if (which == 7) return "exp((" + x + ") / 1000)";
    if (which < 7) return std::string(kUnary[which]) + "(" + x + ")";
    const std::string more = which == 11 ? ", " + leaf(tickers) : "";
    return std::string(which % 2 == 0 ? "min" : "max") + "(" + x + ", " + leaf(tickers) + more + ")";
  }

  // Any other function with that result.
  std::string call(int depth, filter::Type result) {
    const auto rows = filter::functions();
    const filter::Function* row = nullptr;
    do {
      row = &rows[below(static_cast<uint32_t>(rows.size()))];
    } while (row->result != result || row->lowering == filter::Lowering::unary ||
             row->lowering == filter::Lowering::chain);
    std::string text;
    for (const filter::FunctionArgument& argument : row->arguments) {
      text += text.empty() ? "" : ", ";
      if (argument.kind == filter::ArgumentKind::condition) {
        text += condition(depth - 1, false);
      } else if (argument.kind == filter::ArgumentKind::whole) {
        text += std::to_string(static_cast<int>(argument.least) + static_cast<int>(below(4)));
      } else {
        text += stepping(depth - 1);
      }
    }
    return std::string(row->name) + "(" + text + ")" + interval();
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
      case 7: return call(depth, filter::Type::condition);
      default: return number(depth, tickers) + kComparisons[below(6)] + number(depth, tickers);
    }
  }

  std::mt19937& random_;
  bool tickers_;
};

}  // namespace tickscan::scan::testing
