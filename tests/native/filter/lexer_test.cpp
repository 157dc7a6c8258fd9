// Tokens: kinds, numbers, positions, and what is refused before anything is parsed.
#include "filter/lexer.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace tickscan::filter {
namespace {

// The tokens with their kinds, or the error.
std::string lexed(std::string_view text) {
  static constexpr std::string_view kKinds[] = {"number", "name", "interval", "symbol", "end"};
  const auto tokens = tokenize(text);
  if (!tokens.ok()) return shown(tokens.error());
  std::string all;
  for (const Token& token : tokens.value()) {
    if (!all.empty()) all += " ";
    all += std::string(kKinds[static_cast<size_t>(token.kind)]);
    if (token.kind != TokenKind::end) all += ":" + std::string(token.text);
  }
  return all;
}

double value_of(std::string_view text) {
  const auto tokens = tokenize(text);
  EXPECT_TRUE(tokens.ok()) << text;
  return tokens.ok() ? tokens.value().front().value : -1;
}

TEST(Lexer, TellsKindsApart) {
  EXPECT_EQ(lexed("rsi(14)@5m<=.5"),
            "name:rsi symbol:( number:14 symbol:) symbol:@ interval:5m symbol:<= number:.5 end");
  EXPECT_EQ(lexed("a.b[1]:,"), "name:a symbol:. name:b symbol:[ number:1 symbol:] symbol:: symbol:, end");
  EXPECT_EQ(lexed("not x and y or z"), "symbol:not name:x symbol:and name:y symbol:or name:z end");
  EXPECT_EQ(lexed("android nothing order _a9"), "name:android name:nothing name:order name:_a9 end");
  EXPECT_EQ(lexed("close @ 15m"), "name:close symbol:@ interval:15m end");
}

TEST(Lexer, TakesTheLongestSymbol) {
  EXPECT_EQ(lexed("<<=>>===!="), "symbol:< symbol:<= symbol:> symbol:>= symbol:== symbol:!= end");
  EXPECT_EQ(lexed("<<=>>====!="), "E_SYNTAX 1:7@6 `===` is not a symbol of filters | `==` | ==");
  EXPECT_EQ(lexed("< <= > >= == != + - * /"),
            "symbol:< symbol:<= symbol:> symbol:>= symbol:== symbol:!= symbol:+ symbol:- symbol:* "
            "symbol:/ end");
  EXPECT_EQ(lexed("a<-5"), "name:a symbol:< symbol:- number:5 end");
}

TEST(Lexer, ReadsNumbersCorrectlyRounded) {
  EXPECT_EQ(value_of("1"), 1.0);
  EXPECT_EQ(value_of("1.5"), 1.5);
  EXPECT_EQ(value_of(".5"), 0.5);
  EXPECT_EQ(value_of("1e-6"), 1e-6);
  EXPECT_EQ(value_of("2E+3"), 2000.0);
  EXPECT_EQ(value_of("007"), 7.0);
  EXPECT_EQ(value_of("0.1"), 0.1);
  EXPECT_EQ(value_of("9007199254740993"), 9007199254740992.0);  // half-way: to even
  EXPECT_EQ(value_of("9007199254740993.00000000000000000000001"), 9007199254740994.0);
  EXPECT_EQ(value_of("2.2250738585072011e-308"), 2.2250738585072011e-308);
  EXPECT_EQ(value_of("1.7976931348623157e308"), 1.7976931348623157e308);
  EXPECT_EQ(value_of("1e-400"), 0.0);
  EXPECT_EQ(value_of("4.9e-324"), 4.9e-324);
}

TEST(Lexer, RefusesNumbersThatOverflow) {
  const std::string rest = " is too large for a number | a number up to 1.7976931348623157e308 | ";
  EXPECT_EQ(lexed("1e309"), "E_RANGE 1:1@0 `1e309`" + rest);
  EXPECT_EQ(lexed("x 1.7976931348623159e308"), "E_RANGE 1:3@2 `1.7976931348623159e308`" + rest);
  EXPECT_EQ(lexed(repeated("9", 400)), "E_RANGE 1:1@0 `" + repeated("9", 40) + "...`" + rest);
}

TEST(Lexer, RefusesMalformedNumbers) {
  const std::string rest = " is not a number | a number such as 14, 0.5 or 1e-6 | ";
  EXPECT_EQ(lexed("1."), "E_SYNTAX 1:1@0 `1.`" + rest);
  EXPECT_EQ(lexed("1e"), "E_SYNTAX 1:1@0 `1e`" + rest);
  EXPECT_EQ(lexed("1e+"), "E_SYNTAX 1:1@0 `1e+`" + rest);
  EXPECT_EQ(lexed("1.2.3"), "E_SYNTAX 1:1@0 `1.2.3`" + rest);
  EXPECT_EQ(lexed("0x10"), "E_SYNTAX 1:1@0 `0x10`" + rest);
  EXPECT_EQ(lexed("14k"), "E_SYNTAX 1:1@0 `14k`" + rest);
  EXPECT_EQ(lexed("> 1_000"), "E_SYNTAX 1:3@2 `1_000`" + rest + "1000");
  EXPECT_EQ(lexed("close 5m"), "E_SYNTAX 1:7@6 `5m`" + rest + "@5m");
}

TEST(Lexer, SaysWhatToWriteInstead) {
  const auto refused = [](std::string_view text, std::string_view meant) {
    return "E_SYNTAX 1:3@2 " + std::string(text) + " is not a symbol of filters | `" + std::string(meant) +
           "` | " + std::string(meant);
  };
  EXPECT_EQ(lexed("a && b"), refused("`&&`", "and"));
  EXPECT_EQ(lexed("a & b"), refused("`&`", "and"));
  EXPECT_EQ(lexed("a || b"), refused("`||`", "or"));
  EXPECT_EQ(lexed("a | b"), refused("`|`", "or"));
  EXPECT_EQ(lexed("a !b"), refused("`!`", "not"));
  EXPECT_EQ(lexed("a = b"), refused("`=`", "=="));
  EXPECT_EQ(lexed("a === b"), refused("`===`", "=="));
  EXPECT_EQ(lexed("a !== b"), refused("`!==`", "!="));
  EXPECT_EQ(lexed("a <> b"), refused("`<>`", "!="));
  EXPECT_EQ(lexed("a =< b"), refused("`=<`", "<="));
  EXPECT_EQ(lexed("a => b"), refused("`=>`", ">="));
  EXPECT_EQ(lexed("a \u2264 b"), refused("U+2264", "<="));
  EXPECT_EQ(lexed("a \u2265 b"), refused("U+2265", ">="));
  EXPECT_EQ(lexed("a \u2260 b"), refused("U+2260", "!="));
  EXPECT_EQ(lexed("a \u00D7 b"), refused("U+00D7", "*"));
  EXPECT_EQ(lexed("a \u00F7 b"), refused("U+00F7", "/"));
  EXPECT_EQ(lexed("a \u2212 b"), refused("U+2212", "-"));
  EXPECT_EQ(lexed("a \u2013 b"), refused("U+2013", "-"));
  EXPECT_EQ(lexed("a \u00A0b"), refused("U+00A0", " "));
}

TEST(Lexer, WantsKeywordsInLowerCase) {
  EXPECT_EQ(lexed("a AND b"), "E_SYNTAX 1:3@2 `AND` must be written in lower case | `and` | and");
  EXPECT_EQ(lexed("a Or b"), "E_SYNTAX 1:3@2 `Or` must be written in lower case | `or` | or");
  EXPECT_EQ(lexed("NOT b"), "E_SYNTAX 1:1@0 `NOT` must be written in lower case | `not` | not");
}

TEST(Lexer, SkipsBlanksAndComments) {
  EXPECT_EQ(lexed("a # b $ \u00E9 \n// c\r\n\td//"), "name:a name:d end");
  EXPECT_EQ(lexed("#"), "end");
  EXPECT_EQ(lexed(" \t\r\n"), "end");
  EXPECT_EQ(lexed("a / / b"), "name:a symbol:/ symbol:/ name:b end");
}

TEST(Lexer, CountsColumnsInCodePointsAndOffsetsInBytes) {
  const auto tokens = tokenize("# \u00E9\u20AC\U0001F600\n  a # \u00E9\r\n b");
  ASSERT_TRUE(tokens.ok());
  const auto& all = tokens.value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].position.line, 2u);
  EXPECT_EQ(all[0].position.column, 3u);
  EXPECT_EQ(all[0].position.offset, 14u);
  EXPECT_EQ(all[1].position.line, 3u);
  EXPECT_EQ(all[1].position.column, 2u);
  EXPECT_EQ(all[2].kind, TokenKind::end);
  EXPECT_EQ(all[2].position.column, 3u);
}

TEST(Lexer, RefusesOtherCharacters) {
  const std::string rest = " | a name, a number, an operator or a comment | ";
  EXPECT_EQ(lexed("a $"), "E_SYNTAX 1:3@2 unexpected character `$`" + rest);
  EXPECT_EQ(lexed("a\n %"), "E_SYNTAX 2:2@3 unexpected character `%`" + rest);
  EXPECT_EQ(lexed("\u00E9"), "E_SYNTAX 1:1@0 unexpected character U+00E9" + rest);
  EXPECT_EQ(lexed("\uFEFFa"), "E_SYNTAX 1:1@0 unexpected character U+FEFF" + rest);
  EXPECT_EQ(lexed("close\u202E"), "E_SYNTAX 1:6@5 unexpected character U+202E" + rest);
}

TEST(Lexer, RefusesInvalidBytesEvenInComments) {
  using std::string_view_literals::operator""sv;
  const auto refused = [](std::string_view place, std::string_view byte) {
    return "E_SYNTAX " + std::string(place) + " the byte 0x" + std::string(byte) +
           " is not allowed in a filter | UTF-8 text without control characters | ";
  };
  EXPECT_EQ(lexed("a \xFF"), refused("1:3@2", "FF"));
  EXPECT_EQ(lexed("#\u00E9\n# \x80"), refused("2:3@6", "80"));
  EXPECT_EQ(lexed("a\0b"sv), refused("1:2@1", "00"));
  EXPECT_EQ(lexed("# \x7F"), refused("1:3@2", "7F"));
  EXPECT_EQ(lexed("# \x1B[0m"), refused("1:3@2", "1B"));
  EXPECT_EQ(lexed("#\xC0\xAF"), refused("1:2@1", "C0"));          // overlong
  EXPECT_EQ(lexed("#\xE0\x80\x80"), refused("1:2@1", "E0"));      // overlong
  EXPECT_EQ(lexed("#\xED\xA0\x80"), refused("1:2@1", "ED"));      // a surrogate
  EXPECT_EQ(lexed("#\xF4\x90\x80\x80"), refused("1:2@1", "F4"));  // beyond U+10FFFF
  EXPECT_EQ(lexed("#\xE2\x82"), refused("1:2@1", "E2"));          // cut off
  EXPECT_EQ(lexed("#\xF4\x8F\xBF\xBF"), "end");
}

TEST(Lexer, LimitsTheText) {
  EXPECT_EQ(lexed(std::string(4096, ' ')), "end");
  EXPECT_EQ(lexed(std::string(4097, ' ')),
            "E_LIMIT 1:4097@4096 the text has 4097 bytes; at most 4096 are allowed |  | ");
  EXPECT_EQ(lexed(repeated("\n", 4096 * 1000)),
            "E_LIMIT 4097:1@4096 the text has 4096000 bytes; at most 4096 are allowed |  | ");
}

}  // namespace
}  // namespace tickscan::filter
