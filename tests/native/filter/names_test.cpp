// Nearest names and canonical numbers.
#include "filter/names.h"

#include <gtest/gtest.h>

#include "filter/diagnostic.h"
#include "fixture.h"

namespace tickscan::filter {
namespace {

TEST(Names, OneMistakePerThreeLetters) {
  const std::string_view names[] = {"rsi", "volume", "quote_volume_24h"};
  EXPECT_EQ(nearest_name("ris", names), "rsi");   // swapped
  EXPECT_EQ(nearest_name("rssi", names), "rsi");  // extra
  EXPECT_EQ(nearest_name("rsy", names), "rsi");   // wrong
  EXPECT_EQ(nearest_name("RSI", names), "rsi");   // another case
  EXPECT_EQ(nearest_name("rs", names), "");       // two letters are too few to guess from
  EXPECT_EQ(nearest_name("abc", names), "");
  EXPECT_EQ(nearest_name("volme", names), "volume");  // missing
  EXPECT_EQ(nearest_name("vlome", names), "");        // two mistakes in five letters
  EXPECT_EQ(nearest_name("vulome", names), "volume");
  EXPECT_EQ(nearest_name("quotevolume24", names), "quote_volume_24h");
  EXPECT_EQ(nearest_name("quoevolume24", names), "");  // four
  EXPECT_EQ(nearest_name(std::string(5000, 'a'), names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

TEST(Names, TheFirstOfEqualsWins) {
  const std::string_view names[] = {"sma", "ema"};
  EXPECT_EQ(nearest_name("xma", names), "sma");
}

TEST(Names, FieldsComeBeforeIndicators) {
  EXPECT_EQ(find_name("close", kTestRows).kind, NameKind::series);
  EXPECT_EQ(find_name("spread", kTestRows).kind, NameKind::ticker);
  EXPECT_EQ(find_name("macd", kTestRows).kind, NameKind::indicator);
  EXPECT_EQ(find_name("macd", kTestRows).index, 2u);
  EXPECT_EQ(find_name("CLOSE", kTestRows).kind, NameKind::unknown);
  EXPECT_EQ(find_name("", kTestRows).kind, NameKind::unknown);
}

TEST(Diagnostic, NumbersAreShortAndExact) {
  EXPECT_EQ(number_text(14), "14");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1e-6), "1e-06");
  EXPECT_EQ(number_text(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(number_text(-0.0), "-0");
}

}  // namespace
}  // namespace tickscan::filter
