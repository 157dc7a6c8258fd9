// Text → typed tree, or an error with a position: lexer, parser and checker in one call.
#pragma once

#include <span>
#include <string_view>

#include "base/status.h"
#include "filter/ast.h"

namespace tickscan::filter {

// A name that stands for a number in one filter.
struct Parameter {
  std::string_view name;
  double value = 0;
};

struct Context {
  std::span<const std::string_view> intervals;  // the configured ones, in the user's order
  uint32_t default_interval = 0;                // index into intervals: for what has no @interval
  std::span<const Parameter> params = {};       // of the user; checked by check_params
};

// What the text must be: a trader's filter is a condition, a column or an evaluated expression either.
enum class Want : uint8_t { condition, any };

// Whether the names can be used and the values are numbers. E_ARGUMENT, E_DUPLICATE, E_LIMIT, E_RANGE.
Status check_params(std::span<const Parameter> params);

// Requires: check_params took the context's parameters.
Result<Tree> compile(std::string_view text, const Context& context, Want want);

}  // namespace tickscan::filter
