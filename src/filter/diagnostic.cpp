// Small pieces from which the messages are put together.
#include "filter/diagnostic.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "filter/text.h"

namespace tickscan::filter {

namespace {

constexpr size_t kLongestQuote = 40;   // bytes; names that exist are shorter
constexpr size_t kExcerptBefore = 60;  // code points of a long line that an excerpt keeps
constexpr size_t kExcerptAfter = 30;

// Where the code point `count` places before (or after) `at` begins, or the nearest there is.
size_t back(std::string_view line, size_t at, size_t count) {
  while (at > 0 && count > 0) {
    do --at;
    while (at > 0 && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80);
    --count;
  }
  return at;
}

size_t ahead(std::string_view line, size_t at, size_t count) {
  for (; at < line.size() && count > 0; --count) at += code_point_bytes(line[at]);
  return std::min(at, line.size());
}

// Code units of well-formed text in UTF-16: two for what lies beyond the basic plane, which takes four bytes.
uint32_t utf16_units(std::string_view text) {
  uint32_t units = 0;
  for (const char byte : text) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0) != 0x80) units += bits >= 0xF0 ? 2 : 1;
  }
  return units;
}

}  // namespace

Error error_at(ErrorCode code, Position position, std::string message, std::string expected,
               std::string hint) {
  return Error{code, std::move(message), position, std::move(expected), std::move(hint)};
}

Error shown_in(std::string_view text, Error error) {
  // What is no text cannot be shown as one.
  if (!error.position || error.position->offset > text.size() ||
      find_invalid(text) != std::string_view::npos) {
    return error;
  }
  const size_t offset = error.position->offset;
  const size_t before = text.substr(0, offset).find_last_of('\n');
  const size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = text.substr(begin, text.substr(begin).find_first_of("\r\n"));
  const size_t at = std::min(offset - begin, line.size());
  const size_t from = back(line, at, kExcerptBefore);
  const size_t to = ahead(line, at, kExcerptAfter);
  std::string shown = from > 0 ? "..." : "";
  std::string caret(shown.size(), ' ');
  for (size_t i = from; i < at; i += code_point_bytes(line[i])) caret += line[i] == '\t' ? '\t' : ' ';
  shown += line.substr(from, to - from);
  if (to < line.size()) shown += "...";
  error.excerpt = shown + '\n' + caret + '^';
  error.position->offset = utf16_units(text.substr(0, offset));
  return error;
}

std::string quoted(std::string_view text) {
  if (text.size() <= kLongestQuote) return "`" + std::string(text) + "`";
  return "`" + std::string(text.substr(0, kLongestQuote)) + "...`";
}

std::string number_text(double value) {
  char buffer[32];
  for (int digits = 15; digits <= 17; ++digits) {
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    if (std::strtod(buffer, nullptr) == value) break;
  }
  return buffer;
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace tickscan::filter
