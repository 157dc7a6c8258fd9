// Untyped tree → typed tree: names get their meaning, operators their types, series their interval, literal
// arithmetic its value. Only what the plan must compute becomes a node, and every node is used.
#pragma once

#include "base/status.h"
#include "filter/ast.h"
#include "filter/compile.h"
#include "filter/names.h"
#include "filter/syntax.h"

namespace tickscan::filter {

// Requires: context.default_interval < context.intervals.size().
Result<Tree> check(const SyntaxTree& syntax, const Context& context, Want want, Rows rows);

}  // namespace tickscan::filter
