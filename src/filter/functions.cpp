// Turns the rows of functions.def into the table, and arguments into what a row wants.
#include "filter/functions.h"

#include <algorithm>
#include <cmath>

#include "base/math.h"
#include "filter/diagnostic.h"
#include "filter/names.h"
#include "indicator/functions.h"

namespace tickscan::filter {

namespace {

#define NUMBER(name) \
  FunctionArgument { name, ArgumentKind::number, false, 0, 0 }
#define CONDITION(name) \
  FunctionArgument { name, ArgumentKind::condition, false, 0, 0 }
#define WHOLE(name, least) \
  FunctionArgument { name, ArgumentKind::whole, false, 0, least }
#define WHOLE_OR(name, default_value, least) \
  FunctionArgument { name, ArgumentKind::whole, true, default_value, least }
#define MORE(name) \
  FunctionArgument { name, ArgumentKind::more, true, 0, 0 }
#define ARGUMENTS(...) \
  { __VA_ARGS__ }
#define TICKSCAN_FUNCTION(name, title, arguments, result, lowering, example) \
  constexpr FunctionArgument name##_arguments[] = arguments;
#include "filter/functions.def"
#undef TICKSCAN_FUNCTION

#define UNARY(op) Lowering::unary, Op::op, nullptr, Made::none
#define CHAIN(op) Lowering::chain, Op::op, nullptr, Made::none
#define KERNEL(name) Lowering::kernel, Op::function, &indicator::name##_kernel, Made::none
#define MADE(name) Lowering::made, Op::function, nullptr, Made::name
#define TICKSCAN_FUNCTION(name, title, arguments, result, lowering, example) \
  Function{#name, title, name##_arguments, Type::result, lowering, example},
const Function kFunctions[] = {
#include "filter/functions.def"
};
#undef TICKSCAN_FUNCTION

std::string_view kind_name(ArgumentKind kind) {
  return kind == ArgumentKind::condition ? "a condition" : "a number";
}

std::string argument_of(const FunctionArgument& argument, const Function& row) {
  return quoted(argument.name) + " of " + quoted(row.name);
}

Status check_value(const Function& row, const FunctionArgument& wanted, const Argument& given) {
  const std::string range =
      "a whole number from " + number_text(wanted.least) + " to " + std::to_string(kMaxPeriod);
  if (!given.constant) {
    return error_at(ErrorCode::E_ARGUMENT, given.position, argument_of(wanted, row) + " must be a constant",
                    range);
  }
  if (given.value >= wanted.least && given.value <= kMaxPeriod && given.value == std::floor(given.value)) {
    return {};
  }
  return error_at(ErrorCode::E_RANGE, given.position,
                  argument_of(wanted, row) + " is " + number_text(given.value), range);
}

Status check_series(const Function& row, const FunctionArgument& wanted, const Argument& given) {
  const Type type = wanted.kind == ArgumentKind::condition ? Type::condition : Type::number;
  if (given.type == type) return {};
  return error_at(ErrorCode::E_TYPE, given.position,
                  argument_of(wanted, row) + " is " +
                      std::string(kind_name(given.type == Type::condition ? ArgumentKind::condition
                                                                          : ArgumentKind::number)),
                  std::string(kind_name(wanted.kind)));
}

}  // namespace

std::span<const Function> functions() { return kFunctions; }

int find_function(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const Function& row) { return row.name == name; });
  return found == std::end(kFunctions) ? -1 : static_cast<int>(found - std::begin(kFunctions));
}

const Function& function_of(Op op) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const Function& row) {
    return row.op == op && (row.lowering == Lowering::unary || row.lowering == Lowering::chain);
  });
  TICKSCAN_ASSERT(found != std::end(kFunctions));
  return *found;
}

Result<FunctionBinding> bind_function(const Function& row, std::span<const Argument> arguments,
                                      Position position) {
  const size_t count = row.arguments.size();
  const bool open = row.arguments.back().kind == ArgumentKind::more;
  // Of each argument that the row wants, the index of the one given, or -1; further ones follow.
  std::vector<int> given(count, -1);
  for (size_t a = 0; a < arguments.size(); ++a) {
    const Argument& argument = arguments[a];
    size_t slot = a;
    if (!argument.name.empty()) {
      std::vector<std::string_view> names;
      for (const FunctionArgument& one : row.arguments) names.push_back(one.name);
      slot = static_cast<size_t>(std::find(names.begin(), names.end(), argument.name) - names.begin());
      if (slot == count) {
        return error_at(ErrorCode::E_NAME, argument.name_position,
                        quoted(row.name) + " has no argument " + quoted(argument.name), signature(row),
                        std::string(nearest_name(argument.name, names)));
      }
    }
    if (slot >= count && !open) {
      return error_at(ErrorCode::E_ARGUMENT, argument.position,
                      quoted(row.name) + " takes at most " + std::to_string(count) +
                          (count == 1 ? " argument" : " arguments") + ", but " +
                          std::to_string(arguments.size()) + " are given",
                      signature(row));
    }
    if (slot >= given.size()) given.resize(slot + 1, -1);
    if (given[slot] >= 0) {
      return error_at(ErrorCode::E_ARGUMENT, argument.name_position,
                      argument_of(row.arguments[slot], row) + " is given twice", signature(row));
    }
    given[slot] = static_cast<int>(a);
  }

  FunctionBinding binding;
  size_t param = 0;
  for (size_t slot = 0; slot < given.size(); ++slot) {
    const FunctionArgument& wanted = row.arguments[std::min(slot, count - 1)];
    if (given[slot] < 0 && !wanted.optional) {
      return error_at(ErrorCode::E_ARGUMENT, position,
                      quoted(row.name) + " needs its argument " + quoted(wanted.name), signature(row));
    }
    if (wanted.kind == ArgumentKind::whole) {
      binding.params[param] = wanted.default_value;
      if (given[slot] >= 0) {
        const Argument& argument = arguments[static_cast<size_t>(given[slot])];
        if (Status failed = check_value(row, wanted, argument)) return *failed;
        binding.params[param] = argument.value + 0.0;  // -0 and 0 are one parameter
      }
      ++param;
    } else if (given[slot] >= 0) {
      const auto index = static_cast<uint32_t>(given[slot]);
      if (Status failed = check_series(row, wanted, arguments[index])) return *failed;
      binding.series.push_back(index);
    }
  }
  return binding;
}

std::string signature(const Function& row) {
  std::string text;
  for (const FunctionArgument& argument : row.arguments) {
    if (!text.empty()) text += ", ";
    if (argument.kind == ArgumentKind::more) {
      text += "...";
      continue;
    }
    text += argument.name;
    if (argument.optional) text += ": " + number_text(argument.default_value);
  }
  return std::string(row.name) + "(" + text + ")";
}

double fold_function(Op op, double a, double b) {
  switch (op) {
    case Op::abs: return math::abs(a);
    case Op::sqrt: return math::sqrt(a);
    case Op::log: return math::log(a);
    case Op::exp: return math::exp(a);
    case Op::floor: return math::floor(a);
    case Op::ceil: return math::ceil(a);
    case Op::round: return math::round(a);
    case Op::sign: return math::sign(a);
    case Op::min: return math::min(a, b);
    case Op::max: return math::max(a, b);
    default: TICKSCAN_ASSERT(false); return kUnknown;
  }
}

}  // namespace tickscan::filter
