// Nodes that step: the functions of filters from their definitions, indicators from naive_rows.h.
#include "scan/naive_nodes.h"

#include <algorithm>
#include <array>

#include "base/lanes.h"
#include "filter/functions.h"
#include "indicator/registry.h"

namespace tickscan::scan::testing {

using filter::Node;
using filter::Op;

namespace {

double percent_rank(const Values& x, size_t first, size_t last) {
  const auto begin = x.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = x.begin() + static_cast<std::ptrdiff_t>(last);
  const auto below = std::count_if(begin, end, [&](double one) { return one <= x[last]; });
  return 100.0 * static_cast<double>(below) / static_cast<double>(last - first);
}

// held, count, highest, lowest and the klines since those.
double window_function(std::string_view name, const Values& x, size_t first, size_t last) {
  const auto begin = x.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = x.begin() + static_cast<std::ptrdiff_t>(last) + 1;
  if (name == "held") return static_cast<double>(std::count(begin, end, 0.0) == 0);
  if (name == "count") return static_cast<double>(std::count(begin, end, 1.0));
  // From the youngest on, so that the latest of equals is found first.
  size_t best = last;
  for (size_t i = last + 1; i-- > first;) {
    if (name.starts_with("highest") ? x[i] > x[best] : x[i] < x[best]) best = i;
  }
  return name.ends_with("_bars") ? static_cast<double>(last - best) : x[best];
}

// The value when the condition was true for the last time, or the time before that, …
Values value_when(const Values& condition, const Values& x, size_t occurrence) {
  Values kept;
  return each(condition.size(), [&](size_t i) {
    if (condition[i] == 1) kept.push_back(x[i]);
    return kept.size() > occurrence ? kept[kept.size() - 1 - occurrence] : kNaN;
  });
}

Values function_over(std::string_view name, const Columns& x, size_t n) {
  const size_t count = x[0].size();
  if (name == "bars_since") {
    double bars = kNaN;
    return each(count, [&](size_t i) { return bars = x[0][i] == 1 ? 0 : bars + 1; });
  }
  if (name == "value_when") return value_when(x[0], x[1], n);
  if (name == "percent_rank") {
    return over_windows(count, n + 1,
                        [&](size_t first, size_t last) { return percent_rank(x[0], first, last); });
  }
  return over_windows(count, n,
                      [&](size_t first, size_t last) { return window_function(name, x[0], first, last); });
}

// One lane of the row's kernel, from the start.
Values through_kernel(const indicator::Indicator& row, const Node& node, const Columns& x) {
  using indicator::kMaxInputs;
  std::vector<double> state(row.kernel->state_bytes(node.params.data()) / sizeof(double));
  row.kernel->reset(state.data(), node.params.data(), kAllLanes);
  std::array<std::array<double, kLanes>, kMaxInputs> lanes{};
  std::array<std::array<double, kLanes>, indicator::kMaxOutputs> made{};
  const double* inputs[kMaxInputs];
  double* outputs[indicator::kMaxOutputs];
  for (size_t i = 0; i < lanes.size(); ++i) inputs[i] = lanes[i].data();
  for (size_t i = 0; i < made.size(); ++i) outputs[i] = made[i].data();
  return each(x[0].size(), [&](size_t step) {
    for (size_t i = 0; i < x.size(); ++i) lanes[i][0] = x[i][step];
    row.kernel->update(state.data(), node.params.data(), inputs, lane_bit(0), outputs);
    return made[node.output][0];
  });
}

Values run_finite(const Node& node, const Columns& x) {
  if (node.op == Op::function) {
    const std::string_view name = filter::functions()[static_cast<size_t>(node.indicator)].name;
    return function_over(name, x, static_cast<size_t>(node.params[0]));
  }
  const indicator::Indicator& row = indicator::indicators()[static_cast<size_t>(node.indicator)];
  const auto twin = naive_rows().find(row.name);
  if (twin == naive_rows().end() || has_mama(row.params, node.params.data()))
    return through_kernel(row, node, x);
  return twin->second(x, node.params.data())[node.output];
}

}  // namespace

Values run_node(const Node& node, const Columns& inputs) {
  const size_t count = inputs[0].size();
  if (node.op == Op::shift) {
    const auto n = static_cast<size_t>(node.params[0]);
    return each(count, [&](size_t i) { return i < n ? kNaN : inputs[0][i - n]; });
  }
  // An input that is not finite, or too large to square, is a new beginning; what value_when keeps may be unknown.
  const size_t watched = node.op == Op::function ? 1 : inputs.size();
  const auto finite = [&](size_t step) {
    for (size_t i = 0; i < watched; ++i) {
      if (!(std::fabs(inputs[i][step]) <= indicator::kLargest)) return false;
    }
    return true;
  };
  Values all = unknowns(count);
  for (size_t start = 0; start < count; ++start) {
    if (!finite(start)) continue;
    size_t end = start;
    while (end < count && finite(end)) ++end;
    Columns piece;
    for (const Values& input : inputs) {
      piece.emplace_back(input.begin() + static_cast<std::ptrdiff_t>(start),
                         input.begin() + static_cast<std::ptrdiff_t>(end));
    }
    const Values values = run_finite(node, piece);
    std::copy(values.begin(), values.end(), all.begin() + static_cast<std::ptrdiff_t>(start));
    start = end;
  }
  return all;
}

bool rounds_nothing(const Node& node) {
  if (node.op == Op::function) return true;
  if (node.op != Op::indicator) return false;
  const indicator::Indicator& row = indicator::indicators()[static_cast<size_t>(node.indicator)];
  for (const std::string_view start : {"cdl_", "pivot_", "donchian"}) {
    if (row.name.starts_with(start)) return true;
  }
  return row.outputs[node.output] == "direction" || row.outputs[node.output] == "chikou";
}

}  // namespace tickscan::scan::testing
