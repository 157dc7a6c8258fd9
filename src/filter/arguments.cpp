// Source first, then each argument finds its parameter, then each value its range.
#include "filter/arguments.h"

#include <bitset>
#include <cmath>
#include <vector>

#include "filter/diagnostic.h"
#include "filter/names.h"

namespace tickscan::filter {

namespace {

using indicator::Indicator;
using indicator::Param;

std::string param_of(const Param& param, const Indicator& row) {
  return quoted(param.name) + " of " + quoted(row.name);
}

Error unknown_param(const Indicator& row, const Argument& argument) {
  std::vector<std::string_view> names;
  for (const Param& param : row.params) names.push_back(param.name);
  return error_at(ErrorCode::E_NAME, argument.name_position,
                  quoted(row.name) + " has no parameter " + quoted(argument.name), signature(row),
                  std::string(nearest_name(argument.name, names)));
}

Error too_many(const Indicator& row, const Argument& surplus, size_t count) {
  const size_t most = row.params.size() + (row.inputs.size() == 1 ? 1 : 0);
  return error_at(ErrorCode::E_ARGUMENT, surplus.position,
                  quoted(row.name) + " takes at most " + std::to_string(most) +
                      (most == 1 ? " argument" : " arguments") + ", but " + std::to_string(count) +
                      " are given",
                  signature(row));
}

Status check_source(const Indicator& row, const Argument& source) {
  if (source.type == Type::number) return {};
  return error_at(ErrorCode::E_TYPE, source.position, "the source of " + quoted(row.name) + " is a condition",
                  "a number");
}

Status check_value(const Indicator& row, const Param& param, const Argument& argument) {
  const std::string range = std::string(param.whole ? "a whole number" : "a number") + " from " +
                            number_text(param.least) + " to " + number_text(param.most);
  if (!argument.constant) {
    const bool sourceless = argument.type == Type::number && row.inputs.size() > 1;
    return error_at(
        ErrorCode::E_ARGUMENT, argument.position,
        param_of(param, row) + " must be a constant" +
            (sourceless ? "; " + quoted(row.name) + " reads " + joined(row.inputs) + " and takes no source"
                        : ""),
        range);
  }
  const double value = argument.value;
  if (value >= param.least && value <= param.most && (!param.whole || value == std::floor(value))) {
    return {};
  }
  return error_at(ErrorCode::E_RANGE, argument.position, param_of(param, row) + " is " + number_text(value),
                  range);
}

}  // namespace

Result<Binding> bind_arguments(const Indicator& row, std::span<const Argument> arguments) {
  TICKSCAN_ASSERT(row.params.size() <= indicator::kMaxParams);
  Binding binding;
  for (size_t p = 0; p < row.params.size(); ++p) binding.params[p] = row.params[p].default_value;

  size_t first = 0;  // of the arguments that are parameters
  if (row.inputs.size() == 1 && !arguments.empty() && arguments[0].name.empty() &&
      (!arguments[0].constant || arguments.size() > row.params.size())) {
    if (Status failed = check_source(row, arguments[0])) return *failed;
    binding.source = 0;
    first = 1;
  }

  std::bitset<indicator::kMaxParams> given;
  for (size_t a = first; a < arguments.size(); ++a) {
    const Argument& argument = arguments[a];
    size_t p = a - first;
    if (!argument.name.empty()) {
      p = 0;
      while (p < row.params.size() && row.params[p].name != argument.name) ++p;
      if (p == row.params.size()) return unknown_param(row, argument);
    }
    if (p >= row.params.size()) return too_many(row, argument, arguments.size());
    if (given[p]) {
      return error_at(ErrorCode::E_ARGUMENT, argument.name_position,
                      param_of(row.params[p], row) + " is given twice", signature(row));
    }
    if (Status failed = check_value(row, row.params[p], argument)) return *failed;
    given[p] = true;
    binding.params[p] = argument.value + 0.0;  // -0 and 0 are one parameter, so one node in the plan
  }
  return binding;
}

std::string signature(const Indicator& row) {
  std::string text;
  if (row.inputs.size() == 1) text = row.inputs[0];
  for (const Param& param : row.params) {
    if (!text.empty()) text += ", ";
    text += std::string(param.name) + ": " + number_text(param.default_value);
  }
  return std::string(row.name) + "(" + text + ")";
}

}  // namespace tickscan::filter
