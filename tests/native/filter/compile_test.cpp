// The front end over the real table of indicators, and random texts against what must always hold.
#include "filter/compile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "filter/arguments.h"
#include "filter/names.h"
#include "filter/operators.h"
#include "filter/print.h"
#include "fixture.h"
#include "invariants.h"

namespace tickscan::filter {
namespace {

std::string real(std::string_view text, Want want = Want::condition) {
  const Context context{kTestIntervals, 0};
  const auto tree = compile(text, context, want);
  return tree.ok() ? print(tree.value(), kTestIntervals) : shown(tree.error());
}

TEST(Compile, TheDesignsExample) {
  EXPECT_EQ(real("rsi(14)@5m < 30 and close > ema(close, 200)@1h\n"
                 "  and volume > 2 * sma(volume, 20)  # busy"),
            "(and (and (lt (indicator rsi.value [14] (series close @5m)) 30) "
            "(gt (series close @1m) (indicator ema.value [200] (series close @1h)))) "
            "(gt (series volume @1m) (mul 2 (indicator sma.value [20] (series volume @1m)))))");
}

TEST(Compile, RangesAreThoseOfTheRows) {
  EXPECT_EQ(real("rsi(1) < 5"), "E_RANGE 1:5@4 `period` of `rsi` is 1 | a whole number from 2 to 5000 | ");
  EXPECT_EQ(real("ema(5001) < 5").substr(0, 7), "E_RANGE");
}

TEST(Compile, EveryRowCompilesAndItsDefaultsAreInRange) {
  for (const auto& row : indicator::indicators()) {
    EXPECT_EQ(real(row.name, Want::any).front(), '(') << row.name;
    const std::string call = signature(row);
    EXPECT_EQ(real(row.inputs.size() == 1 ? call : row.name, Want::any), real(row.name, Want::any)) << call;
    for (const auto& param : row.params) {
      EXPECT_LE(param.least, param.default_value) << row.name;
      EXPECT_GE(param.most, param.default_value) << row.name;
    }
    for (const auto output : row.outputs) {
      const std::string text = std::string(row.name) + "." + std::string(output);
      EXPECT_NE(real(text, Want::any).find(text), std::string::npos) << text;
    }
  }
}

TEST(Compile, NoNameHidesAnother) {
  std::vector<std::string_view> names(series_names().begin(), series_names().end());
  names.insert(names.end(), ticker_names().begin(), ticker_names().end());
  for (const auto& row : indicator::indicators()) names.push_back(row.name);
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(std::count(names.begin(), names.end(), names[i]), 1) << names[i];
    EXPECT_FALSE(is_keyword(names[i])) << names[i];
    EXPECT_EQ(lower_case(names[i]), names[i]);
    EXPECT_EQ(nearest_known_name(names[i], indicator::indicators()), names[i]);
  }
}

// Sequences of tokens, of which enough are well-formed to reach every stage.
TEST(Compile, RandomTexts) {
  const std::string_view pieces[] = {
      "close", "open", "last",       "rsi",    "sma(", "ema(close,", "period:", "14",  "0.5", "1e300",
      "[1]",   "[0]",  "[",          "]",      "(",    ")",          ",",       "@5m", "@9m", ".value",
      "+",     "-",    "*",          "/",      "<",    "<=",         "==",      "!=",  "and", "or",
      "not",   "\n",   "# \u00E9\n", "\u2264", "$",    "\xFF",       "clsoe"};
  const std::string_view operands[] = {"close",
                                       "rsi(14)",
                                       "5",
                                       "(open)",
                                       "sma(volume, 3)@1h",
                                       "-high[2]",
                                       "abs(low)",
                                       "max(open, close, 3)",
                                       "count(close > open, 3)",
                                       "held(open < 2, 2)",
                                       "value_when(close > 1, high)",
                                       "bars_since(low > 2)"};
  const std::string_view infixes[] = {" + ", " - ", "*", "/", " < ", " >= ", " and ", " or ", "\n== "};
  std::mt19937 random(20240607);
  const Context context{kTestIntervals, 1};
  size_t accepted = 0;
  for (int run = 0; run < 4000; ++run) {
    std::string text;
    const size_t length = random() % 12;
    for (size_t i = 0; i < length; ++i) {
      if (run % 2 == 0) {
        text += pieces[random() % std::size(pieces)];
        text += " ";
      } else {
        if (i > 0) text += infixes[random() % std::size(infixes)];
        text += operands[random() % std::size(operands)];
      }
    }
    for (const Want want : {Want::condition, Want::any}) {
      const char* broken = broken_outcome(text, context, want);
      ASSERT_EQ(broken, nullptr) << broken << ": " << text;
      accepted += compile(text, context, want).ok() ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, 300u);
}

}  // namespace
}  // namespace tickscan::filter
