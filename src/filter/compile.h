// Text → typed tree, or an error with a position: lexer, parser and checker in one call.
#pragma once

#include <span>
#include <string_view>

#include "base/status.h"
#include "filter/ast.h"

namespace tickscan::filter {

struct Context {
  std::span<const std::string_view> intervals;  // the configured ones, in the user's order
  uint32_t default_interval = 0;                // index into intervals: for what has no @interval
};

// What the text must be: a trader's filter is a condition, a column or an evaluated expression either.
enum class Want : uint8_t { condition, any };

Result<Tree> compile(std::string_view text, const Context& context, Want want);

}  // namespace tickscan::filter
