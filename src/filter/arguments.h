// The arguments of a call → the source and the parameters of an indicator's row.
//
// Parameters stand in TA-Lib's order. Where the row reads one series, the source comes first and is optional:
// the first argument is the source if it is no constant, or if there are more arguments than parameters
// (`rsi(14)` = `rsi(close, 14)`, `sma(5, 3)` = the mean of a constant). A row with several inputs reads fixed
// series and takes no source. What is left out has the row's default.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "filter/ast.h"
#include "indicator/registry.h"

namespace tickscan::filter {

struct Argument {
  std::string_view name;  // empty for a positional one
  Position name_position;
  Position position;
  Type type = Type::number;
  bool constant = false;
  double value = 0;  // of a constant
};

struct Binding {
  int source = -1;  // index of the argument, or -1: the row's own inputs
  std::array<double, indicator::kMaxParams> params{};
};

// Requires: named arguments follow the positional ones.
Result<Binding> bind_arguments(const indicator::Indicator& row, std::span<const Argument> arguments);

// The call with every default written out, such as `sma(close, period: 30)`.
std::string signature(const indicator::Indicator& row);

}  // namespace tickscan::filter
