// Meaning: names, intervals, arguments, types, constants and the node limit.
#include "filter/checker.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace tickscan::filter {
namespace {

struct Row {
  std::string_view text;
  std::string_view outcome;
};

template <size_t N>
void expect_all(const Row (&rows)[N]) {
  for (const Row& row : rows) EXPECT_EQ(compiled(row.text), row.outcome) << row.text;
}

TEST(Checker, KnowsEveryField) {
  for (const std::string_view name : series_names()) {
    EXPECT_EQ(compiled(name), "(series " + std::string(name) + " @1m)");
  }
  for (const std::string_view name : ticker_names()) {
    EXPECT_EQ(compiled(name), "(ticker " + std::string(name) + ")");
  }
  EXPECT_EQ(series_names()[static_cast<size_t>(SeriesField::hlc3)], "hlc3");
  EXPECT_EQ(ticker_names()[static_cast<size_t>(TickerField::change_24h)], "change_24h");
}

TEST(Checker, IntervalsNestAndTheInnerOneWins) {
  const Row rows[] = {
      {"close@5m", "(series close @5m)"},
      {"close@5m@1h", "(series close @5m)"},
      {"(close@5m + open)@1h", "(add (series close @5m) (series open @1h))"},
      {"rsi@5m", "(indicator rsi.value [14] (series close @5m))"},
      {"rsi(14)@5m < rsi",
       "(lt (indicator rsi.value [14] (series close @5m)) "
       "(indicator rsi.value [14] (series close @1m)))"},
      {"rsi(close@1h, 14)@5m", "(indicator rsi.value [14] (series close @1h))"},
      {"sma(rsi, 5)@1h", "(indicator sma.value [5] (indicator rsi.value [14] (series close @1h)))"},
      {"(close > open)[1]@5m", "(shift [1] (gt (series close @5m) (series open @5m)))"},
      {"((close > open@1m)@5m and low > 1)@1h",
       "(and (gt (series close @5m) (series open @1m)) (gt (series low @1h) 1))"},
      {"(open < high < low)@5m",
       "(and (lt (series open @5m) #1=(series high @5m)) (lt #1# (series low @5m)))"},
      {"(open < high@1h < low)@5m",
       "(and (lt (series open @5m) #1=(series high @1h)) (lt #1# (series low @5m)))"},
      {"adx@1h", "(indicator adx.value [14] (series high @1h) (series low @1h) (series close @1h))"},
      {"(last > close)@5m", "(gt (ticker last) (series close @5m))"},
      {"-close@5m", "(neg (series close @5m))"},
  };
  expect_all(rows);
}

TEST(Checker, IntervalsThatAreNotThere) {
  const std::string rest = " | one of the configured intervals: 1m, 5m, 1h | ";
  EXPECT_EQ(compiled("close@15m"), "E_INTERVAL 1:7@6 the interval `15m` is not configured" + rest);
  EXPECT_EQ(compiled("close @ 1w"), "E_INTERVAL 1:9@8 the interval `1w` is not configured" + rest);
  EXPECT_EQ(compiled("close@7m"), "E_INTERVAL 1:7@6 `7m` is not an interval" + rest);
  EXPECT_EQ(compiled("close@foo"), "E_INTERVAL 1:7@6 `foo` is not an interval" + rest);
  EXPECT_EQ(compiled("close@5M"), "E_INTERVAL 1:7@6 `5M` is not an interval" + rest + "5m");
  EXPECT_EQ(compiled("close@60m"), "E_INTERVAL 1:7@6 `60m` is not an interval" + rest + "1h");
  EXPECT_EQ(compiled("close@5min"), "E_INTERVAL 1:7@6 `5min` is not an interval" + rest + "5m");
  EXPECT_EQ(compiled("close@5"), "E_INTERVAL 1:7@6 `5` is not an interval" + rest + "5m");
  EXPECT_EQ(compiled("close@24h"), "E_INTERVAL 1:7@6 `24h` is not an interval" + rest);
  EXPECT_EQ(compiled("close@999999999999999m").substr(0, 10), "E_INTERVAL");
  // Wherever it stands, even where an inner interval makes it idle.
  EXPECT_EQ(compiled("close@5m@2h"), "E_INTERVAL 1:10@9 the interval `2h` is not configured" + rest);
  EXPECT_EQ(compiled("5@2h"), "E_INTERVAL 1:3@2 the interval `2h` is not configured" + rest);
}

TEST(Checker, DefaultIntervalIsTheContexts) {
  const auto syntax = parse("close + open@1m");
  ASSERT_TRUE(syntax.ok());
  const auto tree = check(syntax.value(), Context{kTestIntervals, 2}, Want::any, kTestRows);
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(print(tree.value(), kTestIntervals, kTestRows), "(add (series close @1h) (series open @1m))");
}

TEST(Checker, ArgumentsAndDefaults) {
  const Row rows[] = {
      {"rsi", "(indicator rsi.value [14] (series close @1m))"},
      {"rsi()", "(indicator rsi.value [14] (series close @1m))"},
      {"rsi(7)", "(indicator rsi.value [7] (series close @1m))"},
      {"rsi(close, 7)", "(indicator rsi.value [7] (series close @1m))"},
      {"rsi(volume)", "(indicator rsi.value [14] (series volume @1m))"},
      {"rsi(period: 7)", "(indicator rsi.value [7] (series close @1m))"},
      {"rsi(hl2, period: 7)", "(indicator rsi.value [7] (series hl2 @1m))"},
      {"sma(5, 3)", "(indicator sma.value [3] 5)"},
      {"sma(5, period: 3)", "(indicator sma.value [3] 5)"},
      {"sma(close, 2 * 3)", "(indicator sma.value [6] (series close @1m))"},
      {"sma(-(-7))", "(indicator sma.value [7] (series close @1m))"},
      {"sma(close * 2, 10 / 2)", "(indicator sma.value [5] (mul (series close @1m) 2))"},
      {"sma(close, 10@5m)", "(indicator sma.value [10] (series close @1m))"},
      {"macd", "(indicator macd.macd [12 26 9] (series close @1m))"},
      {"macd(5)", "(indicator macd.macd [5 26 9] (series close @1m))"},
      {"macd(5, 6, 7)", "(indicator macd.macd [5 6 7] (series close @1m))"},
      {"macd(open, 5, 6, 7)", "(indicator macd.macd [5 6 7] (series open @1m))"},
      {"macd(1, 5, 6, 7)", "(indicator macd.macd [5 6 7] 1)"},
      {"macd(signal: 5, fast: 3)", "(indicator macd.macd [3 26 5] (series close @1m))"},
      {"macd(5, signal: 7).hist", "(indicator macd.hist [5 26 7] (series close @1m))"},
      {"adx(20)", "(indicator adx.value [20] (series high @1m) (series low @1m) (series close @1m))"},
      {"obv", "(indicator obv.value [] (series close @1m) (series volume @1m))"},
      {"ln", "(indicator ln.value [] (series close @1m))"},
      {"ln(volume)", "(indicator ln.value [] (series volume @1m))"},
      {"ln(5)", "(indicator ln.value [] 5)"},
      {"move(-5)", "(indicator move.value [-5] (series close @1m))"},
      {"move(-0)", "(indicator move.value [0] (series close @1m))"},
      {"rsi.value", "(indicator rsi.value [14] (series close @1m))"},
      {"sma(sma(close, 3), 5)", "(indicator sma.value [5] (indicator sma.value [3] (series close @1m)))"},
  };
  expect_all(rows);
}

TEST(Checker, ArgumentErrors) {
  const Row rows[] = {
      {"sma(close, 3, 4)",
       "E_ARGUMENT 1:15@14 `sma` takes at most 2 arguments, but 3 are given | "
       "sma(close, period: 30) | "},
      {"adx(3, 4)",
       "E_ARGUMENT 1:8@7 `adx` takes at most 1 argument, but 2 are given | "
       "adx(period: 14) | "},
      {"ln(close, 4)",
       "E_ARGUMENT 1:11@10 `ln` takes at most 1 argument, but 2 are given | "
       "ln(close) | "},
      {"obv(1)", "E_ARGUMENT 1:5@4 `obv` takes at most 0 arguments, but 1 are given | obv() | "},
      {"adx(close, 4)",
       "E_ARGUMENT 1:5@4 `period` of `adx` must be a constant; `adx` reads high, low, "
       "close and takes no source | a whole number from 2 to 5000 | "},
      {"sma(close, volume)",
       "E_ARGUMENT 1:12@11 `period` of `sma` must be a constant | "
       "a whole number from 1 to 5000 | "},
      {"sma(close, 1 < 2)",
       "E_ARGUMENT 1:14@13 `period` of `sma` must be a constant | "
       "a whole number from 1 to 5000 | "},
      {"sma(close, period: last)",
       "E_ARGUMENT 1:20@19 `period` of `sma` must be a constant | "
       "a whole number from 1 to 5000 | "},
      {"sma(close > open, 5)", "E_TYPE 1:11@10 the source of `sma` is a condition | a number | "},
      {"sma(close, perod: 3)",
       "E_NAME 1:12@11 `sma` has no parameter `perod` | "
       "sma(close, period: 30) | period"},
      {"macd(Fast: 3)",
       "E_NAME 1:6@5 `macd` has no parameter `Fast` | "
       "macd(close, fast: 12, slow: 26, signal: 9) | fast"},
      {"obv(period: 3)", "E_NAME 1:5@4 `obv` has no parameter `period` | obv() | "},
      {"macd(5, fast: 3)",
       "E_ARGUMENT 1:9@8 `fast` of `macd` is given twice | "
       "macd(close, fast: 12, slow: 26, signal: 9) | "},
      {"macd(fast: 3, fast: 3)",
       "E_ARGUMENT 1:15@14 `fast` of `macd` is given twice | "
       "macd(close, fast: 12, slow: 26, signal: 9) | "},
      {"rsi(1)", "E_RANGE 1:5@4 `period` of `rsi` is 1 | a whole number from 2 to 5000 | "},
      {"rsi(2.5)", "E_RANGE 1:5@4 `period` of `rsi` is 2.5 | a whole number from 2 to 5000 | "},
      {"rsi(-14)", "E_RANGE 1:5@4 `period` of `rsi` is -14 | a whole number from 2 to 5000 | "},
      {"rsi(period: 5001)", "E_RANGE 1:13@12 `period` of `rsi` is 5001 | a whole number from 2 to 5000 | "},
      {"rsi(5000000)", "E_RANGE 1:5@4 `period` of `rsi` is 5000000 | a whole number from 2 to 5000 | "},
      {"rsi(1e300)", "E_RANGE 1:5@4 `period` of `rsi` is 1e+300 | a whole number from 2 to 5000 | "},
      {"close(5)", "E_ARGUMENT 1:1@0 `close` is a series and takes no arguments | `close` | close"},
      {"close()", "E_ARGUMENT 1:1@0 `close` is a series and takes no arguments | `close` | close"},
      {"last(5)", "E_ARGUMENT 1:1@0 `last` is a ticker field and takes no arguments | `last` | last"},
  };
  expect_all(rows);
  EXPECT_EQ(compiled("rsi(2)"), "(indicator rsi.value [2] (series close @1m))");
  EXPECT_EQ(compiled("rsi(5000)"), "(indicator rsi.value [5000] (series close @1m))");
}

TEST(Checker, OutputErrors) {
  const std::string place = " | `.` and the name of an output after an indicator, before any [n] | ";
  EXPECT_EQ(compiled("macd.hits"),
            "E_NAME 1:6@5 `macd` has no output `hits` | "
            "one of its outputs: macd, signal, hist | hist");
  EXPECT_EQ(compiled("rsi.hist"), "E_NAME 1:5@4 `rsi` has no output `hist` | one of its outputs: value | ");
  EXPECT_EQ(compiled("close.value"), "E_NAME 1:7@6 `.value` does not follow an indicator" + place);
  EXPECT_EQ(compiled("macd.hist.hist"), "E_NAME 1:11@10 `.hist` does not follow an indicator" + place);
  EXPECT_EQ(compiled("macd[1].hist"), "E_NAME 1:9@8 `.hist` does not follow an indicator" + place);
  EXPECT_EQ(compiled("macd[0].hist"), "E_NAME 1:9@8 `.hist` does not follow an indicator" + place);
  EXPECT_EQ(compiled("(-macd).hist"), "E_NAME 1:9@8 `.hist` does not follow an indicator" + place);
  EXPECT_EQ(compiled("5 .x"), "E_NAME 1:4@3 `.x` does not follow an indicator" + place);
}

TEST(Checker, UnknownNames) {
  const std::string rest = " is not a known name | a series, a ticker field, an indicator or a function | ";
  EXPECT_EQ(compiled("clsoe > 5"), "E_NAME 1:1@0 `clsoe`" + rest + "close");
  EXPECT_EQ(compiled("5 < ris(14)"), "E_NAME 1:5@4 `ris`" + rest + "rsi");
  EXPECT_EQ(compiled("RSI(14)"), "E_NAME 1:1@0 `RSI`" + rest + "rsi");
  EXPECT_EQ(compiled("Close"), "E_NAME 1:1@0 `Close`" + rest + "close");
  EXPECT_EQ(compiled("volume24h"), "E_NAME 1:1@0 `volume24h`" + rest + "volume_24h");
  EXPECT_EQ(compiled("quoteVolume24h"), "E_NAME 1:1@0 `quoteVolume24h`" + rest + "quote_volume_24h");
  EXPECT_EQ(compiled("elephant"), "E_NAME 1:1@0 `elephant`" + rest);
  EXPECT_EQ(compiled("x"), "E_NAME 1:1@0 `x`" + rest);
  EXPECT_EQ(compiled("time"), "E_NAME 1:1@0 `time`" + rest);
  EXPECT_EQ(compiled(repeated("a", 4096)), "E_NAME 1:1@0 `" + repeated("a", 40) + "...`" + rest);
}

TEST(Checker, TypesOfOperators) {
  const Row rows[] = {
      {"(close > 1) + 2", "E_TYPE 1:13@12 `+` needs numbers, but its left side is a condition | a number | "},
      {"2 * (close > 1)", "E_TYPE 1:3@2 `*` needs numbers, but its right side is a condition | a number | "},
      {"-(close > 1)", "E_TYPE 1:1@0 `-` needs numbers, but its operand is a condition | a number | "},
      {"(close > 1) > 2", "E_TYPE 1:13@12 `>` needs numbers, but its left side is a condition | a number | "},
      {"(close > 1) == (open > 1)",
       "E_TYPE 1:13@12 `==` needs numbers, but its left side is a condition | a number | "},
      {"close and open > 1",
       "E_TYPE 1:7@6 `and` needs conditions, but its left side is a number | "
       "a condition, such as a comparison | "},
      {"open > 1 or 5",
       "E_TYPE 1:10@9 `or` needs conditions, but its right side is a number | "
       "a condition, such as a comparison | "},
      {"not rsi",
       "E_TYPE 1:1@0 `not` needs conditions, but its operand is a number | "
       "a condition, such as a comparison | "},
  };
  expect_all(rows);
}

TEST(Checker, AFilterIsACondition) {
  const std::string_view refused =
      "E_TYPE 2:3@3 a filter must be a condition, but this is a number | "
      "a comparison such as `rsi(14) < 30` | ";
  EXPECT_EQ(compiled("\n  close + 5", Want::condition), refused);
  EXPECT_EQ(compiled("\n  5", Want::condition), refused);
  EXPECT_EQ(compiled("\n  (rsi)[1]", Want::condition), refused);
  EXPECT_EQ(compiled("5 < 6", Want::condition), "(lt 5 6)");
  EXPECT_EQ(compiled("(5 < close)[1]@5m", Want::condition), "(shift [1] (lt 5 (series close @5m)))");
  EXPECT_EQ(compiled("5 < close", Want::any), "(lt 5 (series close @1m))");
}

TEST(Checker, FoldsConstantArithmetic) {
  const Row rows[] = {
      {"1 + 2 * 3 - 4 / 8", "6.5"},
      {"-2 * -3", "6"},
      {"-0", "-0"},
      {"0.1 + 0.2", "0.30000000000000004"},
      {"close * (2 + 3)", "(mul (series close @1m) 5)"},
      {"close + 1 + 2", "(add (add (series close @1m) 1) 2)"},  // the order of operations is the user's
      {"5[3]", "5"},
      {"(2 * 3)@5m", "6"},
      {"1 < 2", "(lt 1 2)"},
      {"1e308 * 10", "E_RANGE 1:7@6 `1e+308 * 10` is not a finite number |  | "},
      {"close > 1 / 0", "E_RANGE 1:11@10 `1 / 0` is not a finite number |  | "},
      {"0 / (1 - 1)", "E_RANGE 1:3@2 `0 / 0` is not a finite number |  | "},
  };
  expect_all(rows);
}

TEST(Checker, Shifts) {
  const std::string range = " | a whole number from 0 to 5000 | ";
  EXPECT_EQ(compiled("close[0]"), "(series close @1m)");
  EXPECT_EQ(compiled("close[1]"), "(shift [1] (series close @1m))");
  EXPECT_EQ(compiled("close[2 * 3]"), "(shift [6] (series close @1m))");
  EXPECT_EQ(compiled("close[5000]"), "(shift [5000] (series close @1m))");
  EXPECT_EQ(compiled("(close > open)[2]"), "(shift [2] (gt (series close @1m) (series open @1m)))");
  EXPECT_EQ(compiled("(close > open)[0]", Want::condition), "(gt (series close @1m) (series open @1m))");
  EXPECT_EQ(compiled("close[5001]"), "E_RANGE 1:7@6 the n of [n] is 5001" + range);
  EXPECT_EQ(compiled("close[5000000]"), "E_RANGE 1:7@6 the n of [n] is 5000000" + range);
  EXPECT_EQ(compiled("close[-1]"), "E_RANGE 1:7@6 the n of [n] is -1" + range);
  EXPECT_EQ(compiled("close[1.5]"), "E_RANGE 1:7@6 the n of [n] is 1.5" + range);
  EXPECT_EQ(compiled("close[volume]"), "E_ARGUMENT 1:7@6 the n of [n] must be a constant" + range);
  EXPECT_EQ(compiled("close[1 < 2]"), "E_ARGUMENT 1:9@8 the n of [n] must be a constant" + range);
}

TEST(Checker, TickerFieldsHaveNoHistory) {
  const auto refused = [](std::string_view place, std::string_view name, std::string_view why) {
    return "E_TYPE " + std::string(place) + " `" + std::string(name) +
           "` is a ticker field and has no history, so " + std::string(why) +
           " | a series such as `close` | ";
  };
  EXPECT_EQ(compiled("last[1]"), refused("1:1@0", "last", "[1] cannot be applied to it"));
  EXPECT_EQ(compiled("(close > 2 * bid)[3]"), refused("1:14@13", "bid", "[3] cannot be applied to it"));
  EXPECT_EQ(compiled("(ask@5m - bid)[3]"), refused("1:2@1", "ask", "[3] cannot be applied to it"));
  EXPECT_EQ(compiled("sma(last, 5)"), refused("1:5@4", "last", "`sma` cannot read it"));
  EXPECT_EQ(compiled("sma(close - last[0], 5)"), refused("1:13@12", "last", "`sma` cannot read it"));
  EXPECT_EQ(compiled("last[0]"), "(ticker last)");
  EXPECT_EQ(compiled("last > close[1]"), "(gt (ticker last) (shift [1] (series close @1m)))");
}

TEST(Checker, FunctionsBecomeNodes) {
  const Row rows[] = {
      {"abs(close)", "(abs (series close @1m))"},
      {"min(open, close, low)", "(min (min (series open @1m) (series close @1m)) (series low @1m))"},
      {"max(1, 2 * 3, 4)", "6"},
      {"sma(close, abs(-7))", "(indicator sma.value [7] (series close @1m))"},
      {"highest(high, 5)@5m", "(highest [5] (series high @5m))"},
      {"change(close)", "(sub #1=(series close @1m) (shift [1] #1#))"},
      {"change(close, n: 3)", "(sub #1=(series close @1m) (shift [3] #1#))"},
      {"crosses_above(close, 5)", "(and (gt #1=(series close @1m) #2=5) (shift [1] (le #1# #2#)))"},
      {"crosses_below(close, open)",
       "(and (lt #1=(series close @1m) #2=(series open @1m)) (shift [1] (ge #1# #2#)))"},
      {"rising(close, 3)", "(held [3] (gt #1=(series close @1m) (shift [1] #1#)))"},
      {"count(close > open, 5)", "(count [5] (gt (series close @1m) (series open @1m)))"},
      {"bars_since(close > 1)", "(bars_since (gt (series close @1m) 1))"},
      {"value_when(close > 1, low)", "(value_when [0] (gt (series close @1m) 1) (series low @1m))"},
      {"abs(last)", "(abs (ticker last))"},
  };
  expect_all(rows);
}

TEST(Checker, FunctionErrors) {
  const Row rows[] = {
      {"abs", "E_ARGUMENT 1:1@0 `abs` needs its argument `x` | abs(x) | "},
      {"highest(close)", "E_ARGUMENT 1:1@0 `highest` needs its argument `n` | highest(x, n) | "},
      {"min(close)", "E_ARGUMENT 1:1@0 `min` needs its argument `b` | min(a, b, ...) | "},
      {"abs(1, 2)", "E_ARGUMENT 1:8@7 `abs` takes at most 1 argument, but 2 are given | abs(x) | "},
      {"highest(close, 0)", "E_RANGE 1:16@15 `n` of `highest` is 0 | a whole number from 1 to 5000 | "},
      {"highest(close, 5001)", "E_RANGE 1:16@15 `n` of `highest` is 5001 | a whole number from 1 to 5000 | "},
      {"highest(close, volume)",
       "E_ARGUMENT 1:16@15 `n` of `highest` must be a constant | a whole number from 1 to 5000 | "},
      {"change(close, m: 3)", "E_NAME 1:15@14 `change` has no argument `m` | change(x, n: 1) | "},
      {"change(close, x: 3)", "E_ARGUMENT 1:15@14 `x` of `change` is given twice | change(x, n: 1) | "},
      {"count(close, 3)", "E_TYPE 1:7@6 `condition` of `count` is a number | a condition | "},
      {"abs(close > 1)", "E_TYPE 1:11@10 `x` of `abs` is a condition | a number | "},
      {"log(0)", "E_RANGE 1:1@0 `log` of this constant is not a finite number |  | "},
      {"highest(last, 5)",
       "E_TYPE 1:9@8 `last` is a ticker field and has no history, so `highest` cannot read it | a series "
       "such as `close` | "},
      {"abs(last)[1]",
       "E_TYPE 1:5@4 `last` is a ticker field and has no history, so [1] cannot be applied to it | a series "
       "such as `close` | "},
      {"crosses_abov(close, 5)",
       "E_NAME 1:1@0 `crosses_abov` is not a known name | a series, a ticker field, an indicator or a "
       "function | crosses_above"},
  };
  expect_all(rows);
}

TEST(Checker, Parameters) {
  const auto with_params = [](std::string_view text) {
    const Parameter params[] = {{"n", 7}, {"level", 30}};
    const auto syntax = parse(text);
    EXPECT_TRUE(syntax.ok());
    const auto tree = check(syntax.value(), Context{kTestIntervals, 0, params}, Want::condition, kTestRows);
    return tree.ok() ? print(tree.value(), kTestIntervals, kTestRows) : shown(tree.error());
  };
  EXPECT_EQ(with_params("rsi(n) < level"), "(lt (indicator rsi.value [7] (series close @1m)) 30)");
  EXPECT_EQ(with_params("close[2 * n] < level"), "(lt (shift [14] (series close @1m)) 30)");
  EXPECT_EQ(with_params("rsi(level / 4) < 1"),
            "E_RANGE 1:11@10 `period` of `rsi` is 7.5 | a whole number from 2 to 5000 | ");
  EXPECT_EQ(with_params("rsi(n) < levle"),
            "E_NAME 1:10@9 `levle` is not a known name | a series, a ticker field, an indicator or a "
            "function | level");
  EXPECT_EQ(with_params("n(3) < 1"), "E_ARGUMENT 1:1@0 `n` is a parameter and takes no arguments | `n` | n");
}

TEST(Checker, LimitsTheNodes) {
  // close + 1 + 1 …: 1 + 2n nodes.
  const auto chain = [](size_t n) { return "close" + repeated("+1", n); };
  const auto made = compile_with_test_rows("-(" + chain(255) + ")");
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made.value().nodes.size(), 512u);
  EXPECT_EQ(made.value().root, 511);
  EXPECT_EQ(compiled(chain(256)),
            "E_LIMIT 1:516@515 the filter has 513 nodes; at most 512 are allowed |  | ");
  EXPECT_EQ(compiled(chain(2045)).substr(0, 8), "E_LIMIT ");
  EXPECT_EQ(compiled(chain(512000)).substr(0, 8), "E_LIMIT ");
  // Constants that fold, [0] and @interval need no node; the inputs that an indicator reads by itself do.
  EXPECT_EQ(compiled("1" + repeated("+1", 2000)), "2001");
  EXPECT_EQ(compiled("close" + repeated("[0]", 1300)), "(series close @1m)");
  EXPECT_EQ(compiled("adx" + repeated("+adx", 102) + " < 1"),
            "E_LIMIT 1:409@408 the filter has 516 nodes; at most 512 are allowed |  | ");
  // Counting goes on beyond the limit, whatever follows.
  EXPECT_EQ(compiled("macd.hist" + repeated("+macd.hist", 300) + " < 1"),
            "E_LIMIT 1:1711@1710 the filter has 904 nodes; at most 512 are allowed |  | ");
}

}  // namespace
}  // namespace tickscan::filter
