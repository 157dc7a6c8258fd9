// Tokens → untyped tree, by precedence climbing (Pratt) over the table of operators.
//
//   filter     = expression end
//   expression = or
//   or         = and { "or" and }
//   and        = not { "and" not }
//   not        = "not" not | comparison
//   comparison = sum { ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum }
//   sum        = product { ( "+" | "-" ) product }
//   product    = unary { ( "*" | "/" ) unary }
//   unary      = "-" unary | postfix
//   postfix    = primary { "[" expression "]" | "@" INTERVAL | "." NAME }
//   primary    = NUMBER | NAME [ "(" [ argument { "," argument } ] ")" ] | "(" expression ")"
//   argument   = [ NAME ":" ] expression
//
// A chain of comparisons holds where each of them does: `a < b <= c` is `a < b and b <= c`, with one b. Named
// arguments follow the others.
//
// Chains of operators are loops; only nesting (parentheses, calls, [n], unary operators) recurses, and it is
// counted against kMaxDepth.
#pragma once

#include <string_view>

#include "base/status.h"
#include "filter/syntax.h"

namespace tickscan::filter {

// The tree's views point into `text`.
Result<SyntaxTree> parse(std::string_view text);

}  // namespace tickscan::filter
