// The operators of filters: one row each, from which the lexer takes its symbols, the parser its precedence,
// the checker its types and constant folding, and the printer its names. Adding an operator is adding a row.
// Immutable; read from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "filter/ast.h"

namespace tickscan::filter {

// Precedence, loosest first. Postfix forms ([n], @interval, .output) bind tighter than all of these.
enum class Level : uint8_t {
  logical_or,
  logical_and,
  logical_not,
  comparison,
  sum,
  product,
  unary,
};

struct Operator {
  Op op;
  std::string_view symbol;  // as it is written in filters
  std::string_view name;    // as the printer and messages for programs write it
  uint8_t operand_count;
  Level level;
  Type operands;
  Type result;
  // The value over constants; null where a constant would hide something that the user wrote on purpose
  // (conditions) or where the value has three states. A unary operator ignores `right`.
  double (*fold)(double left, double right);
};

std::span<const Operator> operators();

// The row of an operator node. Requires: op is an operator.
const Operator& operator_row(Op op);

// The row that is written `symbol` with so many operands, or null: `-` is two operators.
const Operator* find_operator(std::string_view symbol, uint32_t operand_count);

// True for `and`, `or`, `not`: operators that look like names and so cannot be names.
bool is_keyword(std::string_view word);

// The next tighter level: what the right side of a left-associative operator is made of.
constexpr Level tighter(Level level) { return static_cast<Level>(static_cast<uint8_t>(level) + 1); }

}  // namespace tickscan::filter
