// Three walks over the syntax tree, none of them recursive: in order to resolve intervals, in reverse to hand
// them down, in order again to build the typed nodes.
#include "filter/checker.h"

#include <array>
#include <cmath>
#include <initializer_list>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "filter/arguments.h"
#include "filter/diagnostic.h"
#include "filter/functions.h"
#include "filter/intervals.h"
#include "filter/operators.h"

namespace tickscan::filter {

namespace {

// What a syntax node has turned out to be.
struct Operand {
  Type type = Type::number;
  bool constant = false;    // `value` is all there is to it; it becomes a node only where one is needed
  bool selectable = false;  // an indicator whose output has not been chosen yet
  double value = 0;
  int16_t node = -1;
  int32_t ticker = -1;  // syntax node of a ticker field inside it, or -1
};

std::string_view type_name(Type type) { return type == Type::number ? "number" : "condition"; }

class Checker {
 public:
  Checker(const SyntaxTree& syntax, const Context& context, Rows rows)
      : syntax_(syntax),
        context_(context),
        rows_(rows),
        intervals_(syntax.nodes.size(), context.default_interval),
        operands_(syntax.nodes.size()) {
    TICKSCAN_ASSERT(!syntax.nodes.empty());
    TICKSCAN_ASSERT(context.default_interval < context.intervals.size());
  }

  Result<Tree> run(Want want) {
    if (Status failed = resolve_intervals()) return *failed;
    hand_down_intervals();
    for (size_t i = 0; i < syntax_.nodes.size(); ++i) {
      const auto handler = kHandlers[static_cast<size_t>(syntax_.nodes[i].kind)];
      if (Status failed = (this->*handler)(i)) return *failed;
    }
    const auto root = static_cast<int32_t>(syntax_.nodes.size()) - 1;
    if (want == Want::condition && operands_.back().type != Type::condition) {
      return error_at(ErrorCode::E_TYPE, syntax_.start, "a filter must be a condition, but this is a number",
                      "a comparison such as `rsi(14) < 30`");
    }
    tree_.root = use(root);
    if (count_ > kMaxNodes) {
      return error_at(ErrorCode::E_LIMIT, first_surplus_,
                      "the filter has " + std::to_string(count_) + " nodes; at most " +
                          std::to_string(kMaxNodes) + " are allowed");
    }
    return std::move(tree_);
  }

 private:
  using Handler = Status (Checker::*)(size_t);

  // For @5m nodes, intervals_ is first what the node asks for; for all others what they inherit.
  Status resolve_intervals() {
    for (size_t i = 0; i < syntax_.nodes.size(); ++i) {
      const SyntaxNode& node = syntax_.nodes[i];
      if (node.kind != SyntaxKind::interval) continue;
      const Result<uint32_t> interval = resolve_interval(node.text, node.position, context_);
      if (!interval.ok()) return interval.error();
      intervals_[i] = interval.value();
    }
    return {};
  }

  // Parents come before children here. An inner @interval keeps its own, and so hides the outer one.
  void hand_down_intervals() {
    for (size_t i = syntax_.nodes.size(); i-- > 0;) {
      const SyntaxNode& node = syntax_.nodes[i];
      inherit(node.left, intervals_[i]);
      inherit(node.right, intervals_[i]);
      for (uint32_t a = 0; a < node.argument_count; ++a) {
        inherit(syntax_.arguments[node.first_argument + a].node, intervals_[i]);
      }
    }
  }
  void inherit(int32_t child, uint32_t interval) {
    if (child < 0 || at(child).kind == SyntaxKind::interval) return;
    intervals_[static_cast<size_t>(child)] = interval;
  }

  const SyntaxNode& at(int32_t i) const { return syntax_.nodes[static_cast<size_t>(i)]; }
  Operand& operand(int32_t i) { return operands_[static_cast<size_t>(i)]; }

  // Beyond the limit nodes are counted, so that the error can say how many there are, but not stored.
  int16_t add(const Node& node) {
    ++count_;
    if (count_ > kMaxNodes) {
      if (count_ == kMaxNodes + 1) first_surplus_ = node.position;
      return 0;
    }
    tree_.nodes.push_back(node);
    return static_cast<int16_t>(count_ - 1);
  }

  // The typed node of a syntax node; a constant becomes one here.
  int16_t use(int32_t i) {
    Operand& used = operand(i);
    if (used.node < 0) {
      TICKSCAN_ASSERT(used.constant);
      Node node;
      node.position = at(i).position;
      node.value = used.value;
      used.node = add(node);
    }
    return used.node;
  }

  int16_t add_series(SeriesField field, uint32_t interval, Position position) {
    Node node;
    node.op = Op::series;
    node.field = static_cast<uint8_t>(field);
    node.interval = static_cast<int8_t>(interval);
    node.position = position;
    return add(node);
  }

  Status number(size_t i) {
    operands_[i].constant = true;
    operands_[i].value = syntax_.nodes[i].value;
    return {};
  }

  Status name(size_t i) {
    const SyntaxNode& node = syntax_.nodes[i];
    const Meaning meaning = find_name(node.text, rows_);
    if (meaning.kind == NameKind::unknown) {
      return unknown_name(i);
    }
    if (meaning.kind == NameKind::indicator) return indicator(i, meaning.index);
    if (meaning.kind == NameKind::function) return function(i, functions()[meaning.index]);
    const bool series = meaning.kind == NameKind::series;
    if (node.called) {
      return error_at(
          ErrorCode::E_ARGUMENT, node.position,
          quoted(node.text) + (series ? " is a series" : " is a ticker field") + " and takes no arguments",
          quoted(node.text), std::string(node.text));
    }
    if (series) {
      operands_[i].node = add_series(static_cast<SeriesField>(meaning.index), intervals_[i], node.position);
      return {};
    }
    Node field;
    field.op = Op::ticker;
    field.field = static_cast<uint8_t>(meaning.index);
    field.position = node.position;
    operands_[i].node = add(field);
    operands_[i].ticker = static_cast<int32_t>(i);
    return {};
  }

  // A parameter of the user's, or nothing.
  Status unknown_name(size_t i) {
    const SyntaxNode& node = syntax_.nodes[i];
    std::vector<std::string_view> names;
    for (const Parameter& one : context_.params) {
      names.push_back(one.name);
      if (one.name != node.text) continue;
      if (node.called) {
        return error_at(ErrorCode::E_ARGUMENT, node.position,
                        quoted(node.text) + " is a parameter and takes no arguments", quoted(node.text),
                        std::string(node.text));
      }
      operands_[i].constant = true;
      operands_[i].value = one.value;
      return {};
    }
    std::string_view nearest = nearest_name(node.text, names);
    if (nearest.empty()) nearest = nearest_known_name(node.text, rows_);
    return error_at(ErrorCode::E_NAME, node.position, quoted(node.text) + " is not a known name",
                    "a series, a ticker field, an indicator or a function", std::string(nearest));
  }

  std::vector<Argument> arguments_of(const SyntaxNode& node) {
    std::vector<Argument> arguments;
    for (uint32_t a = 0; a < node.argument_count; ++a) {
      const SyntaxArgument& written = syntax_.arguments[node.first_argument + a];
      const Operand& given = operand(written.node);
      arguments.push_back({written.name, written.name_position, at(written.node).position, given.type,
                           given.constant, given.value});
    }
    return arguments;
  }

  Status function(size_t i, const Function& row) {
    const SyntaxNode& node = syntax_.nodes[i];
    const Result<FunctionBinding> bound = bind_function(row, arguments_of(node), node.position);
    if (!bound.ok()) return bound.error();
    std::vector<int32_t> inputs;
    bool constant = true;
    for (const uint32_t offset : bound.value().series) {
      inputs.push_back(syntax_.arguments[node.first_argument + offset].node);
      constant = constant && operand(inputs.back()).constant;
    }
    operands_[i].type = row.result;
    const bool stateless = row.lowering == Lowering::unary || row.lowering == Lowering::chain;
    if (stateless && constant) return fold_call(i, row, inputs);
    std::vector<int16_t> nodes;
    for (const int32_t input : inputs) {
      if (!stateless) {
        if (Status failed = refuse_ticker(input, quoted(row.name) + " cannot read it")) return failed;
      } else if (operands_[i].ticker < 0) {
        operands_[i].ticker = operand(input).ticker;
      }
      nodes.push_back(use(input));
    }
    at_ = node.position;
    operands_[i].node = lower(row, bound.value().params, nodes);
    return {};
  }

  Status fold_call(size_t i, const Function& row, const std::vector<int32_t>& inputs) {
    double value = operand(inputs[0]).value;
    if (row.lowering == Lowering::unary) value = fold_function(row.op, value, 0);
    for (size_t k = 1; k < inputs.size(); ++k) value = fold_function(row.op, value, operand(inputs[k]).value);
    operands_[i].constant = true;
    operands_[i].value = value;
    if (std::isfinite(value)) return {};
    return error_at(ErrorCode::E_RANGE, syntax_.nodes[i].position,
                    quoted(row.name) + " of this constant is not a finite number");
  }

  // The nodes that a call stands for.
  int16_t lower(const Function& row, const std::array<double, indicator::kMaxParams>& params,
                const std::vector<int16_t>& x) {
    if (row.lowering == Lowering::unary) return made(row.op, row.result, {x[0]});
    if (row.lowering == Lowering::chain) {
      int16_t all = x[0];
      for (size_t k = 1; k < x.size(); ++k) all = made(row.op, row.result, {all, x[k]});
      return all;
    }
    if (row.lowering == Lowering::kernel) return stateful(row, params, x);
    switch (row.made) {
      case Made::crosses_above: return crossing(Op::greater, Op::less_equal, x[0], x[1]);
      case Made::crosses_below: return crossing(Op::less, Op::greater_equal, x[0], x[1]);
      case Made::crosses: {
        const int16_t above = crossing(Op::greater, Op::less_equal, x[0], x[1]);
        const int16_t below = crossing(Op::less, Op::greater_equal, x[0], x[1]);
        return made(Op::logical_or, Type::condition, {above, below});
      }
      case Made::rising: return run_of(Op::greater, x[0], params);
      case Made::falling: return run_of(Op::less, x[0], params);
      case Made::change:
        return made(Op::subtract, Type::number, {x[0], shifted(x[0], Type::number, params[0])});
      case Made::none: break;
    }
    TICKSCAN_ASSERT(false);
    return 0;
  }

  int16_t made(Op op, Type type, std::initializer_list<int16_t> inputs) {
    Node node;
    node.op = op;
    node.type = type;
    node.position = at_;
    for (const int16_t input : inputs) node.inputs[node.input_count++] = input;
    return add(node);
  }

  int16_t shifted(int16_t input, Type type, double n) {
    Node node;
    node.op = Op::shift;
    node.type = type;
    node.params[0] = n;
    node.input_count = 1;
    node.inputs[0] = input;
    node.position = at_;
    return add(node);
  }

  int16_t stateful(const Function& row, const std::array<double, indicator::kMaxParams>& params,
                   std::span<const int16_t> inputs) {
    Node node;
    node.op = Op::function;
    node.type = row.result;
    node.indicator = static_cast<int16_t>(&row - functions().data());
    node.params = params;
    for (const int16_t input : inputs) node.inputs[node.input_count++] = input;
    node.position = at_;
    return add(node);
  }

  // The comparison of before is shifted rather than its sides, so that both klines are those of one clock.
  int16_t crossing(Op now, Op before, int16_t a, int16_t b) {
    const int16_t then = shifted(made(before, Type::condition, {a, b}), Type::condition, 1);
    return made(Op::logical_and, Type::condition, {made(now, Type::condition, {a, b}), then});
  }

  int16_t run_of(Op op, int16_t x, const std::array<double, indicator::kMaxParams>& params) {
    const int16_t step = made(op, Type::condition, {x, shifted(x, Type::number, 1)});
    const int16_t input[] = {step};
    return stateful(functions()[static_cast<size_t>(find_function("held"))], params, input);
  }

  Status indicator(size_t i, uint32_t row_index) {
    const SyntaxNode& node = syntax_.nodes[i];
    const indicator::Indicator& row = rows_[row_index];
    const std::vector<Argument> arguments = arguments_of(node);
    const Result<Binding> bound = bind_arguments(row, arguments);
    if (!bound.ok()) return bound.error();

    Node typed;
    typed.op = Op::indicator;
    typed.indicator = static_cast<int16_t>(row_index);
    typed.params = bound.value().params;
    typed.position = node.position;
    typed.input_count = static_cast<uint8_t>(row.inputs.size());
    TICKSCAN_ASSERT(row.inputs.size() <= typed.inputs.size());
    if (bound.value().source >= 0) {
      const auto offset = static_cast<uint32_t>(bound.value().source);
      const int32_t source = syntax_.arguments[node.first_argument + offset].node;
      if (Status failed = refuse_ticker(source, quoted(row.name) + " cannot read it")) return failed;
      typed.inputs[0] = use(source);
    } else {
      for (size_t input = 0; input < row.inputs.size(); ++input) {
        const Meaning series = find_name(row.inputs[input], {});
        TICKSCAN_ASSERT(series.kind == NameKind::series);
        typed.inputs[input] =
            add_series(static_cast<SeriesField>(series.index), intervals_[i], node.position);
      }
    }
    operands_[i].node = add(typed);
    operands_[i].selectable = true;
    return {};
  }

  Status operation(size_t i) {
    const SyntaxNode& node = syntax_.nodes[i];
    const Operator& row = operator_row(node.op);
    const int32_t children[] = {node.left, node.right};
    TICKSCAN_ASSERT(row.operand_count <= std::size(children));
    constexpr std::string_view kSides[] = {"its left side", "its right side"};
    bool constant = row.fold != nullptr;
    for (size_t side = 0; side < row.operand_count; ++side) {
      const Operand& child = operand(children[side]);
      if (child.type != row.operands) {
        const std::string_view which = row.operand_count == 1 ? "its operand" : kSides[side];
        return error_at(ErrorCode::E_TYPE, node.position,
                        quoted(row.symbol) + " needs " + std::string(type_name(row.operands)) + "s, but " +
                            std::string(which) + " is a " + std::string(type_name(child.type)),
                        row.operands == Type::condition ? "a condition, such as a comparison" : "a number");
      }
      constant = constant && child.constant;
      if (operands_[i].ticker < 0) operands_[i].ticker = child.ticker;
    }
    operands_[i].type = row.result;
    if (constant) return fold(i, row);

    Node typed;
    typed.op = node.op;
    typed.type = row.result;
    typed.position = node.position;
    typed.input_count = row.operand_count;
    for (size_t side = 0; side < row.operand_count; ++side) typed.inputs[side] = use(children[side]);
    operands_[i].node = add(typed);
    return {};
  }

  // A constant that is not finite would make every comparison with it unknown: the filter could never match.
  Status fold(size_t i, const Operator& row) {
    const SyntaxNode& node = syntax_.nodes[i];
    const double left = operand(node.left).value;
    const double right = row.operand_count == 2 ? operand(node.right).value : 0;
    operands_[i].constant = true;
    operands_[i].value = row.fold(left, right);
    if (std::isfinite(operands_[i].value)) return {};
    return error_at(ErrorCode::E_RANGE, node.position,
                    quoted(number_text(left) + " " + std::string(row.symbol) + " " + number_text(right)) +
                        " is not a finite number");
  }

  Status shift(size_t i) {
    const SyntaxNode& node = syntax_.nodes[i];
    const Operand& count = operand(node.right);
    const std::string range = "a whole number from 0 to " + std::to_string(kMaxPeriod);
    if (!count.constant) {
      return error_at(ErrorCode::E_ARGUMENT, at(node.right).position, "the n of [n] must be a constant",
                      range);
    }
    const double n = count.value;
    if (!(n >= 0 && n <= kMaxPeriod && n == std::floor(n))) {
      return error_at(ErrorCode::E_RANGE, at(node.right).position, "the n of [n] is " + number_text(n),
                      range);
    }
    operands_[i] = operand(node.left);
    operands_[i].selectable = false;
    if (n == 0 || operands_[i].constant) return {};
    const std::string why = "[" + number_text(n) + "] cannot be applied to it";
    if (Status failed = refuse_ticker(node.left, why)) return failed;

    Node typed;
    typed.op = Op::shift;
    typed.type = operands_[i].type;
    typed.params[0] = n;
    typed.input_count = 1;
    typed.inputs[0] = use(node.left);
    typed.position = node.position;
    operands_[i].node = add(typed);
    return {};
  }

  Status interval(size_t i) {
    operands_[i] = operand(syntax_.nodes[i].left);
    return {};
  }

  Status output(size_t i) {
    const SyntaxNode& node = syntax_.nodes[i];
    operands_[i] = operand(node.left);
    if (!operands_[i].selectable) {
      return error_at(ErrorCode::E_NAME, node.position,
                      quoted("." + std::string(node.text)) + " does not follow an indicator",
                      "`.` and the name of an output after an indicator, before any [n]");
    }
    operands_[i].selectable = false;
    if (count_ > kMaxNodes) return {};
    Node& typed = tree_.nodes[static_cast<size_t>(operands_[i].node)];
    const auto& row = rows_[static_cast<size_t>(typed.indicator)];
    for (size_t o = 0; o < row.outputs.size(); ++o) {
      if (row.outputs[o] != node.text) continue;
      typed.output = static_cast<uint8_t>(o);
      return {};
    }
    return error_at(
        ErrorCode::E_NAME, node.position, quoted(row.name) + " has no output " + quoted(node.text),
        "one of its outputs: " + joined(row.outputs), std::string(nearest_name(node.text, row.outputs)));
  }

  Status refuse_ticker(int32_t i, const std::string& why) {
    const int32_t ticker = operand(i).ticker;
    if (ticker < 0) return {};
    return error_at(ErrorCode::E_TYPE, at(ticker).position,
                    quoted(at(ticker).text) + " is a ticker field and has no history, so " + why,
                    "a series such as `close`");
  }

  // In the order of SyntaxKind.
  static constexpr Handler kHandlers[] = {
      &Checker::number, &Checker::name,     &Checker::operation,
      &Checker::shift,  &Checker::interval, &Checker::output,
  };
  static_assert(std::size(kHandlers) == static_cast<size_t>(SyntaxKind::output) + 1);

  const SyntaxTree& syntax_;
  const Context& context_;
  const Rows rows_;
  std::vector<uint32_t> intervals_;  // per syntax node
  std::vector<Operand> operands_;    // per syntax node
  Tree tree_;
  uint32_t count_ = 0;  // of typed nodes, those beyond the limit included
  Position first_surplus_;
  Position at_;  // of the call that is being lowered
};

}  // namespace

Result<Tree> check(const SyntaxTree& syntax, const Context& context, Want want, Rows rows) {
  return Checker(syntax, context, rows).run(want);
}

}  // namespace tickscan::filter
