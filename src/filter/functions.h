// The functions of filters that are no indicators, from functions.def: what the checker, the plan, the docs and the
// editor know about each. Immutable; read from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "filter/arguments.h"
#include "filter/ast.h"

namespace tickscan::filter {

enum class ArgumentKind : uint8_t {
  number,
  condition,
  whole,  // a whole constant: a parameter
  more,   // the last: any number of further numbers
};

struct FunctionArgument {
  std::string_view name;
  ArgumentKind kind;
  bool optional;
  double default_value;
  double least;  // of a whole constant; at most kMaxPeriod
};

enum class Lowering : uint8_t { unary, chain, kernel, made };

// What is built from other nodes.
enum class Made : uint8_t { none, crosses_above, crosses_below, crosses, rising, falling, change };

struct Function {
  std::string_view name;
  std::string_view title;
  std::span<const FunctionArgument> arguments;
  Type result;
  Lowering lowering;
  Op op;                            // of unary and chain
  const indicator::Kernel* kernel;  // of kernel
  Made made;                        // of made
  std::string_view example;
};

// All functions, in the order of functions.def.
std::span<const Function> functions();

// The row's index, or -1.
int find_function(std::string_view name);

// The row of an operation that is written as a function, such as Op::abs. Requires: there is one.
const Function& function_of(Op op);

struct FunctionBinding {
  std::vector<uint32_t> series;  // indices of the arguments that are no constants, in the row's order
  std::array<double, indicator::kMaxParams> params{};
};

// Requires: named arguments follow the positional ones; `position` is the function's name.
Result<FunctionBinding> bind_function(const Function& row, std::span<const Argument> arguments,
                                      Position position);

// How it is called, such as `change(x, n: 1)` or `min(a, b, …)`.
std::string signature(const Function& row);

// The value over constants, of unary and chain rows.
double fold_function(Op op, double a, double b);

}  // namespace tickscan::filter
