// The untyped tree: what was written, before any name has a meaning. Made by the parser, read by the checker,
// and gone when compile returns; its views point into the filter's text.
//
// 1. Every node stands after its children, so a walk in order is bottom-up and one in reverse is top-down:
//    nobody recurses over a tree, however long its chains of operators are.
// 2. A node may have two parents: the middle of `a < b < c` is one node in `a < b` and `b < c`.
// 3. There are at most two nodes per token, so the text's limit bounds the memory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "filter/ast.h"

namespace tickscan::filter {

enum class SyntaxKind : uint8_t {
  number,     // value
  name,       // text, and the arguments of a call
  operation,  // op over left (and right)
  shift,      // left[right]
  interval,   // left@text
  output,     // left.text
};

struct SyntaxNode {
  SyntaxKind kind = SyntaxKind::number;
  Op op = Op::number;
  bool called = false;  // parentheses follow the name
  Position position;    // the number, name, operator, `[`, interval or output's name
  std::string_view text;
  double value = 0;
  int32_t left = -1;
  int32_t right = -1;
  uint32_t first_argument = 0;  // into SyntaxTree::arguments
  uint32_t argument_count = 0;
};

struct SyntaxArgument {
  std::string_view name;  // empty for a positional one
  Position name_position;
  int32_t node = -1;
};

struct SyntaxTree {
  std::vector<SyntaxNode> nodes;  // every node after its children; the last is the root
  std::vector<SyntaxArgument> arguments;
  Position start;  // of the first token: where an error about the whole filter points
};

}  // namespace tickscan::filter
