// Structure: precedence, associativity, chains, positions, syntax errors and the depth limit.
#include "filter/parser.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace tickscan::filter {
namespace {

constexpr const char* kOpen = "(series open @1m)";
constexpr const char* kHigh = "(series high @1m)";
constexpr const char* kLow = "(series low @1m)";
constexpr const char* kClose1m = "(series close @1m)";

// Replaces the letters of a skeleton: o h l c are the series.
std::string tree(std::string_view skeleton) {
  std::string text;
  for (const char c : skeleton) {
    if (c == 'O') {
      text += kOpen;
    } else if (c == 'H') {
      text += kHigh;
    } else if (c == 'L') {
      text += kLow;
    } else if (c == 'C') {
      text += kClose1m;
    } else {
      text += c;
    }
  }
  return text;
}

struct Row {
  std::string_view text;
  std::string_view skeleton;
};

TEST(Parser, Precedence) {
  const Row rows[] = {
      {"open + high * low", "(add O (mul H L))"},
      {"open * high + low", "(add (mul O H) L)"},
      {"(open + high) * low", "(mul (add O H) L)"},
      {"open - high - low", "(sub (sub O H) L)"},
      {"open - (high - low)", "(sub O (sub H L))"},
      {"open / high / low", "(div (div O H) L)"},
      {"open / high * low", "(mul (div O H) L)"},
      {"open - high + low", "(add (sub O H) L)"},
      {"-open * high", "(mul (neg O) H)"},
      {"-open + high", "(add (neg O) H)"},
      {"open * -high", "(mul O (neg H))"},
      {"open - -high", "(sub O (neg H))"},
      {"--open", "(neg (neg O))"},
      {"-open[1]", "(neg (shift [1] O))"},
      {"(-open)[1]", "(shift [1] (neg O))"},
      {"open + high[2]", "(add O (shift [2] H))"},
      {"open + high < low * close", "(lt (add O H) (mul L C))"},
      {"-open < high", "(lt (neg O) H)"},
      {"not open < high", "(not (lt O H))"},
      {"not not open < high", "(not (not (lt O H)))"},
      {"not open < high and low < close", "(and (not (lt O H)) (lt L C))"},
      {"not (open < high and low < close)", "(not (and (lt O H) (lt L C)))"},
      {"open < high and not low < close", "(and (lt O H) (not (lt L C)))"},
      {"open < high or low < close and open < low", "(or (lt O H) (and (lt L C) (lt O L)))"},
      {"open < high and low < close or open < low", "(or (and (lt O H) (lt L C)) (lt O L))"},
      {"(open < high or low < close) and open < low", "(and (or (lt O H) (lt L C)) (lt O L))"},
      {"open < high or low < close or open < low", "(or (or (lt O H) (lt L C)) (lt O L))"},
      {"open < high and low < close and open < low", "(and (and (lt O H) (lt L C)) (lt O L))"},
      {"open <= high", "(le O H)"},
      {"open > high", "(gt O H)"},
      {"open >= high", "(ge O H)"},
      {"open == high", "(eq O H)"},
      {"open != high", "(ne O H)"},
  };
  for (const Row& row : rows) EXPECT_EQ(compiled(row.text), tree(row.skeleton)) << row.text;
}

TEST(Parser, ChainedComparisonsShareTheirMiddle) {
  EXPECT_EQ(compiled("open < high <= low"), tree("(and (lt O #1=H) (le #1# L))"));
  EXPECT_EQ(compiled("open < high + 1 < low == close"),
            tree("(and (and (lt O #1=(add H 1)) (lt #1# #2=L)) (eq #2# C))"));
  EXPECT_EQ(compiled("30 < 50 < 70"), "(and (lt 30 #1=50) (lt #1# 70))");
  EXPECT_EQ(compiled("not open < high < low or open > close"),
            tree("(or (not (and (lt O #1=H) (lt #1# L))) (gt O C))"));

  const auto made = compile_with_test_rows("30 < rsi(14) < 60");
  ASSERT_TRUE(made.ok());
  const auto& nodes = made.value().nodes;
  ASSERT_EQ(nodes.size(), 7u);  // close, rsi, 30, <, 60, <, and
  EXPECT_EQ(nodes[3].op, Op::less);
  EXPECT_EQ(nodes[5].op, Op::less);
  EXPECT_EQ(nodes[3].inputs[1], 1);
  EXPECT_EQ(nodes[5].inputs[0], 1);
}

TEST(Parser, PostfixFormsChain) {
  EXPECT_EQ(compiled("close[1][2]"), tree("(shift [2] (shift [1] C))"));
  EXPECT_EQ(compiled("macd.hist[1]"), "(shift [1] (indicator macd.hist [12 26 9] (series close @1m)))");
  EXPECT_EQ(compiled("macd(5, 10, 3)@5m.hist[1]@1h"),
            "(shift [1] (indicator macd.hist [5 10 3] (series close @5m)))");
  EXPECT_EQ(compiled("(macd)  .  signal"), "(indicator macd.signal [12 26 9] (series close @1m))");
}

TEST(Parser, PositionsOfNodes) {
  const auto made = compile_with_test_rows("rsi(close, 14)\n  <\n  high[3] + 1");
  ASSERT_TRUE(made.ok());
  const auto place = [&](size_t i) {
    const Position p = made.value().nodes[i].position;
    return std::to_string(p.line) + ":" + std::to_string(p.column) + "@" + std::to_string(p.offset);
  };
  ASSERT_EQ(made.value().nodes.size(), 7u);
  EXPECT_EQ(place(0), "1:5@4");    // close
  EXPECT_EQ(place(1), "1:1@0");    // rsi
  EXPECT_EQ(place(2), "3:3@21");   // high
  EXPECT_EQ(place(3), "3:7@25");   // [
  EXPECT_EQ(place(4), "3:13@31");  // 1
  EXPECT_EQ(place(5), "3:11@29");  // +
  EXPECT_EQ(place(6), "2:3@17");   // <
}

TEST(Parser, SyntaxErrors) {
  const std::string operand = " | a number, a name or `(` | ";
  const std::string more = " | an operator or the end of the filter | ";
  const std::pair<std::string, std::string> rows[] = {
      {"", "E_SYNTAX 1:1@0 the filter is empty | an expression such as `rsi(14) < 30` | "},
      {" # nothing", "E_SYNTAX 1:11@10 the filter is empty | an expression such as `rsi(14) < 30` | "},
      {"close >", "E_SYNTAX 1:8@7 the filter ends too early" + operand},
      {"close > # 5", "E_SYNTAX 1:12@11 the filter ends too early" + operand},
      {"> 5", "E_SYNTAX 1:1@0 unexpected `>`" + operand},
      {"close > > 5", "E_SYNTAX 1:9@8 unexpected `>`" + operand},
      {"+5", "E_SYNTAX 1:1@0 unexpected `+`" + operand},
      {"close > and", "E_SYNTAX 1:9@8 unexpected `and`" + operand},
      {"close 5", "E_SYNTAX 1:7@6 unexpected `5`" + more},
      {"close > 5 adn open > 5", "E_SYNTAX 1:11@10 unexpected `adn`" + more + "and"},
      {"close above 5", "E_SYNTAX 1:7@6 unexpected `above`" + more},
      {"close > 5)", "E_SYNTAX 1:10@9 unexpected `)`" + more},
      {"(close)(3)", "E_SYNTAX 1:8@7 unexpected `(`" + more},
      {"5(3)", "E_SYNTAX 1:2@1 unexpected `(`" + more},
      {"macd.5", "E_SYNTAX 1:5@4 unexpected `.5`" + more},
      {"(close > 5", "E_SYNTAX 1:11@10 the filter ends too early | `)` for the `(` at line 1, column 1 | "},
      {"(close > 5]", "E_SYNTAX 1:11@10 unexpected `]` | `)` for the `(` at line 1, column 1 | "},
      {"()", "E_SYNTAX 1:2@1 unexpected `)`" + operand},
      {"close[1", "E_SYNTAX 1:8@7 the filter ends too early | `]` for the `[` at line 1, column 6 | "},
      {"close[]", "E_SYNTAX 1:7@6 unexpected `]`" + operand},
      {"\nrsi(14", "E_SYNTAX 2:7@7 the filter ends too early | `)` for the `(` at line 2, column 4 | "},
      {"rsi(14,)", "E_SYNTAX 1:8@7 unexpected `)`" + operand},
      {"rsi(,14)", "E_SYNTAX 1:5@4 unexpected `,`" + operand},
      {"rsi(14 15)", "E_SYNTAX 1:8@7 unexpected `15` | `)` for the `(` at line 1, column 4 | "},
      {"rsi(period:)", "E_SYNTAX 1:12@11 unexpected `)`" + operand},
      {"rsi(period: 14, close)",
       "E_SYNTAX 1:17@16 an argument without a name cannot follow one with a name | "
       "a named argument such as `period: 14` | "},
      {"close, open", "E_SYNTAX 1:6@5 unexpected `,`" + more},
      {"a: 5", "E_SYNTAX 1:2@1 unexpected `:`" + more},
      {"close@", "E_SYNTAX 1:7@6 the filter ends too early | an interval such as 5m | "},
      {"close@(open)", "E_SYNTAX 1:7@6 unexpected `(` | an interval such as 5m | "},
      {"macd.", "E_SYNTAX 1:6@5 the filter ends too early | the name of an output | "},
      {"macd.and", "E_SYNTAX 1:6@5 unexpected `and` | the name of an output | "},
      {"close < not open", "E_SYNTAX 1:9@8 `not` needs parentheses around it here" + operand},
      {"-not open", "E_SYNTAX 1:2@1 `not` needs parentheses around it here" + operand},
      {"\u00E9",
       "E_SYNTAX 1:1@0 unexpected character U+00E9 | a name, a number, an operator or a comment "
       "| "},
      {repeated("x", 50) + " y", "E_SYNTAX 1:52@51 unexpected `y`" + more},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(compiled(text), expected) << text;
}

TEST(Parser, LimitsTheDepth) {
  const auto refused = [](size_t column) {
    return "E_LIMIT 1:" + std::to_string(column) + "@" + std::to_string(column - 1) +
           " nesting reaches 33 levels here; at most 32 are allowed |  | ";
  };
  const std::pair<std::string_view, std::string_view> forms[] = {
      {"(", ")"}, {"sma(", ")"}, {"- ", ""}, {"1[", "]"}};
  for (const auto& [open, close] : forms) {
    const auto nested = [&open = open, &close = close](size_t depth) {
      return repeated(open, depth) + "1" + repeated(close, depth);
    };
    EXPECT_NE(compiled(nested(32)).substr(0, 7), "E_LIMIT") << open;
    const size_t name_bytes = open == "sma(" ? 3 : open == "1[" ? 1 : 0;
    EXPECT_EQ(compiled(nested(33)), refused(32 * open.size() + name_bytes + 1)) << open;
  }
  EXPECT_EQ(compiled(repeated("(", 32) + "close" + repeated(")", 32)), kClose1m);
  EXPECT_EQ(compiled(repeated("not ", 33) + "x"), refused(129));
  EXPECT_EQ(compiled(repeated("(", 4096)), refused(33));
  EXPECT_EQ(compiled(repeated("(", 32000)).substr(0, 7), "E_LIMIT");
  // Depth is how deep, not how much.
  EXPECT_EQ(compiled(repeated("(1) < ", 100) + "2").substr(0, 4), "(and");
  EXPECT_EQ(compiled("close" + repeated("[1]", 200)).substr(0, 10), "(shift [1]");
}

}  // namespace
}  // namespace tickscan::filter
