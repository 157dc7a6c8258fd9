// What an error shows of the text: its line, and a caret below the place.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "filter/compile.h"
#include "filter/diagnostic.h"

namespace tickscan::filter {
namespace {

std::string excerpt_of(std::string_view text) {
  const std::string_view intervals[] = {"1m"};
  const auto tree = compile(text, Context{intervals, 0, {}}, Want::condition);
  return tree.ok() ? "" : tree.error().excerpt;
}

TEST(Excerpt, PointsIntoTheLine) {
  EXPECT_EQ(excerpt_of("close > 1 and clsoe < 2"),
            "close > 1 and clsoe < 2\n"
            "              ^");
  EXPECT_EQ(excerpt_of("close > 1 and\r\n  ris(14) < 30\nand volume > 5"),
            "  ris(14) < 30\n"
            "  ^");
}

TEST(Excerpt, PointsBehindTheEnd) {
  EXPECT_EQ(excerpt_of("close >"), "close >\n       ^");
  EXPECT_EQ(excerpt_of(""), "\n^");
}

TEST(Excerpt, CountsWhatAnEditorShows) {
  EXPECT_EQ(excerpt_of("\tclose > # caf\xC3\xA9\n\t1 < \xC3\xA9"), "\t1 < \xC3\xA9\n\t    ^");
  // A column is a code point, not a byte.
  Error error = error_at(ErrorCode::E_SYNTAX, Position{3, 1, 3}, "");
  EXPECT_EQ(shown_in("\xC3\xA9 x", error).excerpt, "\xC3\xA9 x\n  ^");
}

TEST(Excerpt, ComesWithAnOffsetInUtf16Units) {
  // Two bytes that are one unit, and four that are two.
  const Error error = error_at(ErrorCode::E_SYNTAX, Position{7, 1, 4}, "");
  EXPECT_EQ(shown_in("\xC3\xA9\xF0\x9F\x90\x82 x", error).position->offset, 4u);
}

TEST(Excerpt, ShortensALongLine) {
  const std::string excerpt =
      excerpt_of("close > 0" + std::string(200, ' ') + "and clsoe" + std::string(99, ' '));
  EXPECT_EQ(excerpt, "..." + std::string(56, ' ') + "and clsoe" + std::string(25, ' ') + "...\n" +
                         std::string(63, ' ') + "^");
}

TEST(Excerpt, IsNotMadeOfWhatIsNoText) {
  EXPECT_EQ(excerpt_of("close > \xFF"), "");
  EXPECT_EQ(shown_in("close", error_at(ErrorCode::E_SYNTAX, Position{9, 1, 10}, "")).excerpt, "");
  EXPECT_EQ(shown_in("close", Error{ErrorCode::E_LIMIT, "", std::nullopt, {}, {}}).excerpt, "");
}

}  // namespace
}  // namespace tickscan::filter
