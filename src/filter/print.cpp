// In reading order, from a list of what is still to be written instead of recursion: no chain of operators is too long.
#include "filter/print.h"

#include <vector>

#include "filter/diagnostic.h"
#include "filter/functions.h"
#include "filter/operators.h"

namespace tickscan::filter {

namespace {

class Printer {
 public:
  Printer(const Tree& tree, std::span<const std::string_view> intervals, Rows rows)
      : tree_(tree), intervals_(intervals), rows_(rows), parts_(tree.nodes.size()) {
    for (const Node& node : tree_.nodes) {
      for (size_t i = 0; i < node.input_count; ++i) ++part(node.inputs[i]).uses;
    }
  }

  std::string run() {
    waiting_.push_back(tree_.root);
    while (!waiting_.empty()) {
      const int16_t next = waiting_.back();
      waiting_.pop_back();
      if (next == kClose) {
        text_ += ")";
      } else {
        begin(next);
      }
    }
    return std::move(text_);
  }

 private:
  static constexpr int16_t kClose = -1;

  struct Part {
    uint32_t uses = 0;
    uint32_t label = 0;  // given at the first of several uses
  };

  Part& part(int16_t i) { return parts_[static_cast<size_t>(i)]; }

  // What stands before the node's inputs, which follow.
  void begin(int16_t i) {
    if (!text_.empty()) text_ += " ";
    Part& used = part(i);
    if (used.label > 0) {
      text_ += "#" + std::to_string(used.label) + "#";
      return;
    }
    if (used.uses > 1) {
      used.label = ++labels_;
      text_ += "#" + std::to_string(used.label) + "=";
    }
    const Node& node = tree_.nodes[static_cast<size_t>(i)];
    if (node.op == Op::number) {
      text_ += number_text(node.value);
      return;
    }
    text_ += "(" + head(node);
    waiting_.push_back(kClose);
    for (size_t input = node.input_count; input-- > 0;) waiting_.push_back(node.inputs[input]);
  }

  std::string head(const Node& node) const {
    if (node.op == Op::series) {
      return "series " + std::string(series_names()[node.field]) + " @" +
             std::string(intervals_[static_cast<size_t>(node.interval)]);
    }
    if (node.op == Op::ticker) return "ticker " + std::string(ticker_names()[node.field]);
    if (node.op == Op::shift) return "shift [" + number_text(node.params[0]) + "]";
    if (node.op == Op::function) {
      const Function& row = functions()[static_cast<size_t>(node.indicator)];
      std::string head(row.name);
      size_t param = 0;
      for (const FunctionArgument& argument : row.arguments) {
        if (argument.kind != ArgumentKind::whole) continue;
        head += (param == 0 ? " [" : " ") + number_text(node.params[param]);
        ++param;
      }
      return param == 0 ? head : head + "]";
    }
    if (node.op >= Op::abs && node.op <= Op::max) return std::string(function_of(node.op).name);
    if (node.op != Op::indicator) return std::string(operator_row(node.op).name);

    const auto& row = rows_[static_cast<size_t>(node.indicator)];
    std::string params;
    for (size_t p = 0; p < row.params.size(); ++p) {
      params += (p == 0 ? "" : " ") + number_text(node.params[p]);
    }
    return "indicator " + std::string(row.name) + "." + std::string(row.outputs[node.output]) + " [" +
           params + "]";
  }

  const Tree& tree_;
  std::span<const std::string_view> intervals_;
  Rows rows_;
  std::vector<Part> parts_;
  std::vector<int16_t> waiting_;  // what is still to be written, the next one last
  std::string text_;
  uint32_t labels_ = 0;
};

}  // namespace

std::string print(const Tree& tree, std::span<const std::string_view> intervals, Rows rows) {
  return Printer(tree, intervals, rows).run();
}

}  // namespace tickscan::filter
