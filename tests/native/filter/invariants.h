// What must hold for any text whatsoever: a well-formed tree, or an error at a place that exists. Returns the
// first thing that does not hold, or null. Used by the fuzz target and by the random tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "filter/compile.h"
#include "filter/functions.h"
#include "filter/names.h"
#include "filter/operators.h"

namespace tickscan::filter {

inline const char* broken_position(const Position& position, std::string_view text) {
  if (position.offset > text.size()) return "a position lies outside the text";
  uint32_t line = 1;
  uint32_t column = 1;
  for (const char byte : text.substr(0, position.offset)) {
    if (byte == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) {
      ++column;
    }
  }
  if (position.line != line) return "a line is wrong";
  if (position.column != column) return "a column is wrong";
  return nullptr;
}

// The byte at which the given number of UTF-16 units of well-formed text ends.
inline uint32_t byte_at_unit(std::string_view text, uint32_t units) {
  uint32_t at = 0;
  while (at < text.size() && units > 0) {
    const auto lead = static_cast<unsigned char>(text[at]);
    units -= std::min(units, lead >= 0xF0 ? 2U : 1U);
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  }
  return units > 0 ? at + units : at;
}

inline const char* broken_error(const Error& error, std::string_view text) {
  if (error.code == ErrorCode::ok) return "an error without a code";
  if (error.message.empty()) return "an error without a message";
  if (!error.position) return "an error without a position";
  Position position = *error.position;
  // An error that has its excerpt counts as editors do.
  if (!error.excerpt.empty()) position.offset = byte_at_unit(text, position.offset);
  return broken_position(position, text);
}

// Nodes of functions with a kernel.
inline const char* broken_function(const Node& node, const std::vector<Node>& nodes) {
  if (node.indicator < 0 || static_cast<size_t>(node.indicator) >= functions().size())
    return "no such function";
  const Function& row = functions()[static_cast<size_t>(node.indicator)];
  if (row.lowering != Lowering::kernel || node.type != row.result) return "a function's shape";
  size_t input = 0;
  size_t param = 0;
  for (const FunctionArgument& argument : row.arguments) {
    if (argument.kind == ArgumentKind::whole) {
      const double value = node.params[param++];
      if (!(value >= argument.least && value <= kMaxPeriod)) return "a function's constant";
      continue;
    }
    if (input >= node.input_count) return "a function's inputs";
    const Type type = argument.kind == ArgumentKind::condition ? Type::condition : Type::number;
    if (nodes[static_cast<size_t>(node.inputs[input++])].type != type)
      return "the type of a function's input";
  }
  return input == node.input_count ? nullptr : "a function's inputs";
}

inline const char* broken_node(const Node& node, const std::vector<Node>& nodes, const Context& context) {
  const auto input_type = [&](size_t i) { return nodes[static_cast<size_t>(node.inputs[i])].type; };
  if (node.op == Op::number) {
    return node.input_count == 0 && std::isfinite(node.value) ? nullptr : "a bad number";
  }
  if (node.op == Op::series) {
    const bool fits = node.field < series_names().size() && node.interval >= 0 &&
                      static_cast<size_t>(node.interval) < context.intervals.size();
    return fits && node.input_count == 0 ? nullptr : "a bad series";
  }
  if (node.op == Op::ticker) {
    return node.field < ticker_names().size() && node.input_count == 0 ? nullptr : "a bad ticker field";
  }
  if (node.op == Op::shift) {
    const double n = node.params[0];
    const bool fits = n >= 1 && n <= kMaxPeriod && n == std::floor(n) && node.input_count == 1;
    return fits && node.type == input_type(0) ? nullptr : "a bad shift";
  }
  if (node.op == Op::indicator) {
    const auto rows = indicator::indicators();
    if (node.indicator < 0 || static_cast<size_t>(node.indicator) >= rows.size()) return "no such row";
    const auto& row = rows[static_cast<size_t>(node.indicator)];
    if (node.input_count != row.inputs.size()) return "an indicator's inputs";
    if (node.output >= row.outputs.size()) return "an indicator's output";
    for (size_t i = 0; i < node.input_count; ++i) {
      if (input_type(i) != Type::number) return "an indicator over a condition";
    }
    for (size_t p = 0; p < row.params.size(); ++p) {
      const double value = node.params[p];
      if (!(value >= row.params[p].least && value <= row.params[p].most)) return "a parameter's range";
    }
    return node.type == Type::number ? nullptr : "an indicator that is a condition";
  }
  if (node.op == Op::function) return broken_function(node, nodes);
  if (node.op >= Op::abs && node.op <= Op::max) {
    for (size_t i = 0; i < node.input_count; ++i) {
      if (input_type(i) != Type::number) return "a function over a condition";
    }
    const uint8_t inputs = function_of(node.op).lowering == Lowering::chain ? 2 : 1;
    return node.input_count == inputs && node.type == Type::number ? nullptr : "a function's shape";
  }
  const Operator& row = operator_row(node.op);
  if (node.input_count != row.operand_count || node.type != row.result) return "an operator's shape";
  for (size_t i = 0; i < node.input_count; ++i) {
    if (input_type(i) != row.operands) return "an operand's type";
  }
  return nullptr;
}

inline const char* broken_tree(const Tree& tree, std::string_view text, const Context& context) {
  if (tree.nodes.empty() || tree.nodes.size() > kMaxNodes) return "the number of nodes";
  if (static_cast<size_t>(tree.root) + 1 != tree.nodes.size()) return "the root is not last";
  std::vector<bool> used(tree.nodes.size());
  for (size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& node = tree.nodes[i];
    for (size_t input = 0; input < node.inputs.size(); ++input) {
      const int16_t at = node.inputs[input];
      if (input >= node.input_count) {
        if (at != -1) return "an input beyond the count";
        continue;
      }
      if (at < 0 || static_cast<size_t>(at) >= i) return "an input that does not precede its node";
      used[static_cast<size_t>(at)] = true;
    }
    if (const char* broken = broken_node(node, tree.nodes, context)) return broken;
    if (const char* broken = broken_position(node.position, text)) return broken;
  }
  if (std::count(used.begin(), used.end() - 1, false) > 0) return "a node that nobody uses";
  return nullptr;
}

// Compiles and checks the outcome.
inline const char* broken_outcome(std::string_view text, const Context& context, Want want) {
  const Result<Tree> tree = compile(text, context, want);
  if (!tree.ok()) return broken_error(tree.error(), text);
  const Tree& made = tree.value();
  if (const char* broken = broken_tree(made, text, context)) return broken;
  const bool condition = made.nodes[static_cast<size_t>(made.root)].type == Type::condition;
  return want == Want::any || condition ? nullptr : "a filter that is no condition";
}

}  // namespace tickscan::filter
