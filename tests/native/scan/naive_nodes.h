// What the interpreter does at a node that steps, over a whole history of its inputs.
#pragma once

#include "filter/ast.h"
#include "scan/naive_rows.h"

namespace tickscan::scan::testing {

// The node's value at each of its steps.
Values run_node(const filter::Node& node, const Columns& inputs);

// Whether the node's values are among those that it was given, or whole numbers: nothing is rounded.
bool rounds_nothing(const filter::Node& node);

}  // namespace tickscan::scan::testing
