// Bottom-up: each node's text is put together from those of its inputs, so no chain of operators is too long.
#include "filter/print.h"

#include <vector>

#include "filter/diagnostic.h"
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
    for (size_t i = 0; i < tree_.nodes.size(); ++i) parts_[i].text = text(tree_.nodes[i]);
    return part(tree_.root).text;
  }

 private:
  struct Part {
    std::string text;
    uint32_t uses = 0;
    uint32_t label = 0;  // given at the first of several uses
  };

  Part& part(int16_t i) { return parts_[static_cast<size_t>(i)]; }

  std::string use(int16_t i) {
    Part& used = part(i);
    if (used.uses < 2) return std::move(used.text);
    if (used.label > 0) return "#" + std::to_string(used.label) + "#";
    used.label = ++labels_;
    return "#" + std::to_string(used.label) + "=" + used.text;
  }

  std::string text(const Node& node) {
    if (node.op == Op::number) return number_text(node.value);
    std::string text = "(" + head(node);
    for (size_t i = 0; i < node.input_count; ++i) text += " " + use(node.inputs[i]);
    return text + ")";
  }

  std::string head(const Node& node) const {
    if (node.op == Op::series) {
      return "series " + std::string(series_names()[node.field]) + " @" +
             std::string(intervals_[static_cast<size_t>(node.interval)]);
    }
    if (node.op == Op::ticker) return "ticker " + std::string(ticker_names()[node.field]);
    if (node.op == Op::shift) return "shift [" + number_text(node.params[0]) + "]";
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
  uint32_t labels_ = 0;
};

}  // namespace

std::string print(const Tree& tree, std::span<const std::string_view> intervals, Rows rows) {
  return Printer(tree, intervals, rows).run();
}

}  // namespace tickscan::filter
