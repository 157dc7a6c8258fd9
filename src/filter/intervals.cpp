// Exact match first; the hint understands other spellings of the same length (`60m`, `5min`, `1H`).
#include "filter/intervals.h"

#include <algorithm>
#include <string>

#include "filter/diagnostic.h"
#include "filter/names.h"
#include "market/interval.h"

namespace tickscan::filter {

namespace {

struct Unit {
  std::string_view word;
  int64_t ms;
};

// A bare number means minutes, as on many charts.
constexpr Unit kUnits[] = {
    {"", 60'000},      {"s", 1'000},        {"sec", 1'000},       {"m", 60'000},       {"min", 60'000},
    {"mins", 60'000},  {"h", 3'600'000},    {"hr", 3'600'000},    {"hour", 3'600'000}, {"hours", 3'600'000},
    {"d", 86'400'000}, {"day", 86'400'000}, {"days", 86'400'000}, {"w", 604'800'000},  {"week", 604'800'000},
};
constexpr size_t kMostDigits = 6;  // keeps the product far from overflow

// Milliseconds, or 0 for what is no length of time.
int64_t length_of(std::string_view word) {
  const size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  if (digits == 0 || digits > kMostDigits) return 0;
  int64_t count = 0;
  for (const char digit : word.substr(0, digits)) count = count * 10 + (digit - '0');
  const std::string unit = lower_case(word.substr(digits));
  for (const Unit& row : kUnits) {
    if (row.word == unit) return count * row.ms;
  }
  return 0;
}

// Only what would be accepted is worth a hint.
std::string_view hint_for(std::string_view word, const Context& context) {
  const int64_t ms = length_of(word);
  for (const market::Interval& row : market::intervals()) {
    if (row.length_ms != ms) continue;
    for (const std::string_view configured : context.intervals) {
      if (configured == row.name) return configured;
    }
  }
  return {};
}

}  // namespace

Result<uint32_t> resolve_interval(std::string_view word, Position position, const Context& context) {
  for (uint32_t i = 0; i < context.intervals.size(); ++i) {
    if (context.intervals[i] == word) return i;
  }
  const bool known = market::find_interval(word) >= 0;
  return error_at(
      ErrorCode::E_INTERVAL, position,
      known ? "the interval " + quoted(word) + " is not configured" : quoted(word) + " is not an interval",
      "one of the configured intervals: " + joined(context.intervals),
      std::string(known ? std::string_view() : hint_for(word, context)));
}

}  // namespace tickscan::filter
