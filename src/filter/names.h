// What a name in a filter can mean, and which name was probably meant where it means nothing. Names are lower
// case; series and ticker fields come first, then functions, so an indicator can never hide one (a test keeps them apart).
// Immutable tables; read from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "filter/ast.h"
#include "indicator/registry.h"

namespace tickscan::filter {

// The rows of the indicator table. Passed along rather than looked up, so that tests can bring rows of shapes
// (several outputs, several inputs) that the real table may not have yet.
using Rows = std::span<const indicator::Indicator>;

enum class NameKind : uint8_t { unknown, series, ticker, indicator, function };

struct Meaning {
  NameKind kind = NameKind::unknown;
  uint32_t index = 0;  // SeriesField, TickerField, or the row of the indicator or function
};

Meaning find_name(std::string_view name, Rows rows);

// In the order of SeriesField and TickerField.
std::span<const std::string_view> series_names();
std::span<const std::string_view> ticker_names();

// The candidate that is the same in another case, or else the one with the fewest typing mistakes (a missing,
// extra, wrong or swapped letter) if they are few for the word's length; empty if none is near. The first of
// equals wins. Requires: candidates are in lower case.
std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates);

// nearest_name over everything that find_name knows.
std::string_view nearest_known_name(std::string_view word, Rows rows);

std::string lower_case(std::string_view word);

}  // namespace tickscan::filter
