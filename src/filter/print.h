// Typed tree → canonical text with everything explicit, for tests, docs and people who ask what a
// filter means:
//   rsi < 30   →   (lt (indicator rsi.value [14] (series close @1m)) 30)
// A shared node is written once as #1=… and then as #1#, as in Lisp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "filter/ast.h"
#include "filter/names.h"

namespace tickscan::filter {

std::string print(const Tree& tree, std::span<const std::string_view> intervals,
                  Rows rows = indicator::indicators());

}  // namespace tickscan::filter
