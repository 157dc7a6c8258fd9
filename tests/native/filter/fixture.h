// Filters → one line of text that a test can compare: the printed tree, or the error with all its parts. The
// rows are the tests' own, with shapes (several outputs, several inputs, no parameter) that the grammar must
// serve whatever the real table holds.
#pragma once

#include <string>
#include <string_view>

#include "filter/checker.h"
#include "filter/parser.h"
#include "filter/print.h"

namespace tickscan::filter {

inline constexpr std::string_view kClose[] = {"close"};
inline constexpr std::string_view kBar[] = {"high", "low", "close"};
inline constexpr std::string_view kCloseVolume[] = {"close", "volume"};
inline constexpr std::string_view kValue[] = {"value"};
inline constexpr std::string_view kMacdOutputs[] = {"macd", "signal", "hist"};
inline constexpr indicator::Param kPeriod30[] = {{"period", 30, 1, 5000, true}};
inline constexpr indicator::Param kPeriod14[] = {{"period", 14, 2, 5000, true}};
inline constexpr indicator::Param kMacdParams[] = {
    {"fast", 12, 2, 5000, true}, {"slow", 26, 2, 5000, true}, {"signal", 9, 1, 5000, true}};
inline constexpr indicator::Param kOffset[] = {{"offset", 0, -5, 5, true}};

inline constexpr indicator::Indicator kTestRows[] = {
    {"sma", "", {}, kClose, kPeriod30, kValue, nullptr, nullptr},
    {"rsi", "", {}, kClose, kPeriod14, kValue, nullptr, nullptr},
    {"macd", "", {}, kClose, kMacdParams, kMacdOutputs, nullptr, nullptr},
    {"adx", "", {}, kBar, kPeriod14, kValue, nullptr, nullptr},
    {"obv", "", {}, kCloseVolume, {}, kValue, nullptr, nullptr},
    {"ln", "", {}, kClose, {}, kValue, nullptr, nullptr},
    {"move", "", {}, kClose, kOffset, kValue, nullptr, nullptr},
};

inline constexpr std::string_view kTestIntervals[] = {"1m", "5m", "1h"};

inline Result<Tree> compile_with_test_rows(std::string_view text, Want want = Want::any) {
  const Result<SyntaxTree> syntax = parse(text);
  if (!syntax.ok()) return syntax.error();
  return check(syntax.value(), Context{kTestIntervals, 0}, want, kTestRows);
}

// CODE line:column@offset message | expected | hint
inline std::string shown(const Error& error) {
  std::string text = error_name(error.code);
  if (error.position) {
    text += " " + std::to_string(error.position->line) + ":" + std::to_string(error.position->column) + "@" +
            std::to_string(error.position->offset);
  }
  return text + " " + error.message + " | " + error.expected + " | " + error.hint;
}

inline std::string compiled(std::string_view text, Want want = Want::any) {
  const Result<Tree> tree = compile_with_test_rows(text, want);
  return tree.ok() ? print(tree.value(), kTestIntervals, kTestRows) : shown(tree.error());
}

inline std::string repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace tickscan::filter
