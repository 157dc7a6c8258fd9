// Small pieces from which the messages are put together.
#include "filter/diagnostic.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace tickscan::filter {

namespace {

constexpr size_t kLongestQuote = 40;  // bytes; names that exist are shorter

}  // namespace

Error error_at(ErrorCode code, Position position, std::string message, std::string expected,
               std::string hint) {
  return Error{code, std::move(message), position, std::move(expected), std::move(hint)};
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
