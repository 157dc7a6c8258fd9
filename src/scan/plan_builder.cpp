// From typed tree to graph.
#include "scan/plan_builder.h"

#include <algorithm>
#include <bit>
#include <string>

#include "base/assert.h"
#include "base/math.h"
#include "filter/diagnostic.h"
#include "filter/functions.h"
#include "indicator/registry.h"
#include "indicator/shift.h"

namespace tickscan::scan {

using filter::Op;
using filter::SeriesField;

namespace {

constexpr int kNatural = -1;

uint32_t clock_of(uint32_t reads, uint32_t base) {
  return std::popcount(reads) == 1 ? static_cast<uint32_t>(std::countr_zero(reads)) : base;
}

const indicator::Kernel* kernel_of(const filter::Node& node) {
  if (node.op == Op::shift) return &indicator::shift_kernel;
  if (node.op == Op::function) return filter::functions()[static_cast<size_t>(node.indicator)].kernel;
  if (node.op == Op::indicator) return indicator::indicators()[static_cast<size_t>(node.indicator)].kernel;
  return nullptr;
}

// Series fields that are columns of a kline; the others are arithmetic over these.
uint8_t column_of(SeriesField field) {
  switch (field) {
    case SeriesField::open: return market::kline_open;
    case SeriesField::high: return market::kline_high;
    case SeriesField::low: return market::kline_low;
    case SeriesField::volume: return market::kline_volume;
    default: return market::kline_close;
  }
}

// The operation of the graph, where it is one of the tree's with the same inputs.
NodeOp same_operation(Op op) {
  switch (op) {
    case Op::negate: return NodeOp::negate;
    case Op::add: return NodeOp::add;
    case Op::subtract: return NodeOp::subtract;
    case Op::multiply: return NodeOp::multiply;
    case Op::divide: return NodeOp::divide;
    case Op::abs: return NodeOp::abs;
    case Op::sqrt: return NodeOp::sqrt;
    case Op::log: return NodeOp::log;
    case Op::exp: return NodeOp::exp;
    case Op::floor: return NodeOp::floor;
    case Op::ceil: return NodeOp::ceil;
    case Op::round: return NodeOp::round;
    case Op::sign: return NodeOp::sign;
    case Op::min: return NodeOp::min;
    case Op::max: return NodeOp::max;
    case Op::less: return NodeOp::less;
    case Op::less_equal: return NodeOp::less_equal;
    case Op::equal: return NodeOp::equal;
    case Op::not_equal: return NodeOp::not_equal;
    case Op::logical_and: return NodeOp::logical_and;
    case Op::logical_or: return NodeOp::logical_or;
    case Op::logical_not: return NodeOp::logical_not;
    default: TICKSCAN_ASSERT(false); return NodeOp::constant;
  }
}

NodeOp stateful_operation(Op op) {
  if (op == Op::shift) return NodeOp::shift;
  return op == Op::function ? NodeOp::function : NodeOp::indicator;
}

uint8_t ticker_lane(uint8_t field) {
  const bool spread = static_cast<filter::TickerField>(field) == filter::TickerField::spread;
  return spread ? static_cast<uint8_t>(kSpreadLane) : field;
}

bool commutes(NodeOp op) {
  return op == NodeOp::add || op == NodeOp::multiply || op == NodeOp::equal || op == NodeOp::not_equal ||
         op == NodeOp::logical_and || op == NodeOp::logical_or;
}

}  // namespace

Result<Expression> PlanBuilder::build(std::span<const filter::Tree> trees, uint32_t max_klines) {
  Expression expression;
  expression.way = way_;
  std::vector<std::vector<Facts>> facts;
  for (const filter::Tree& tree : trees) {
    facts.push_back(facts_of(tree));
    if (Status bad = check_history(tree, facts.back(), max_klines)) return *bad;
    const Facts& root = facts.back()[static_cast<size_t>(tree.root)];
    expression.reads |= root.reads;
    expression.cost += static_cast<uint32_t>(tree.nodes.size());
    for (uint32_t i = 0; i < market::kMaxIntervals; ++i) {
      if ((root.reads >> i & 1) != 0)
        expression.warmup[i] = std::max(expression.warmup[i], root.lookback[i] + 1);
    }
  }
  TimelineId decides = kNoTimeline;
  if (way_ == Way::closed) decides = hold(expression.reads | 1U << base_);
  for (size_t i = 0; i < trees.size() && !failed_; ++i) {
    tree_ = &trees[i];
    facts_ = facts[i];
    memo_.clear();
    const NodeId root = way_ == Way::closed ? in_timeline(tree_->root, decides) : natural(tree_->root);
    if (failed_) break;
    expression.roots.push_back(root);
    expression.rows |= plan_.nodes_[root].rows;
    // A filter that reads nothing of the market is decided with its base interval, for new symbols too.
    if (i == 0 && expression.rows == 0) expression.rows = 2U << base_;
  }
  if (!failed_) {
    for (const NodeId root : expression.roots) plan_.acquire(root, way_);
    expression.timeline = decides;
    if (decides != kNoTimeline) plan_.timelines_.add_ref(decides);
  }
  // What was interned but is not used after all goes again, consumers before their inputs.
  std::sort(touched_.begin(), touched_.end(),
            [&](NodeId a, NodeId b) { return plan_.nodes_[a].sequence > plan_.nodes_[b].sequence; });
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  for (const NodeId id : touched_) plan_.collect(id);
  for (const TimelineId id : held_) plan_.timelines_.remove_ref(id);
  if (failed_) return *failed_;
  return expression;
}

std::vector<PlanBuilder::Facts> PlanBuilder::facts_of(const filter::Tree& tree) const {
  std::vector<Facts> facts(tree.nodes.size());
  for (size_t at = 0; at < tree.nodes.size(); ++at) {
    const filter::Node& node = tree.nodes[at];
    Facts& own = facts[at];
    if (node.op == Op::series) own.reads = 1U << node.interval;
    for (uint32_t i = 0; i < node.input_count; ++i) {
      const Facts& input = facts[static_cast<size_t>(node.inputs[i])];
      own.reads |= input.reads;
      for (uint32_t k = 0; k < market::kMaxIntervals; ++k)
        own.lookback[k] = std::max(own.lookback[k], input.lookback[k]);
    }
    if (const indicator::Kernel* kernel = kernel_of(node)) {
      // `(2 > 1)[3]` steps on the trader's interval, so it reads it.
      if (own.reads == 0) own.reads = 1U << base_;
      own.lookback[clock_of(own.reads, base_)] += kernel->lookback(node.params.data());
    }
  }
  return facts;
}

Status PlanBuilder::check_history(const filter::Tree& tree, const std::vector<Facts>& facts,
                                  uint32_t max_klines) {
  for (size_t at = 0; at < tree.nodes.size(); ++at) {
    const uint32_t need = 1 + *std::max_element(facts[at].lookback.begin(), facts[at].lookback.end());
    if (need <= max_klines) continue;
    return filter::shown_in(
        tree.text, filter::error_at(ErrorCode::E_HISTORY, tree.nodes[at].position,
                                    "this needs " + std::to_string(need) + " klines, and maxKlines is " +
                                        std::to_string(max_klines),
                                    "a shorter period, or a larger maxKlines"));
  }
  return std::nullopt;
}

TimelineId PlanBuilder::hold(uint32_t intervals) {
  Result<TimelineId> found = plan_.timelines_.find_or_make(base_, intervals);
  if (!found.ok()) {
    if (!failed_) failed_ = found.error();
    return 0;
  }
  plan_.timelines_.add_ref(found.value());
  held_.push_back(found.value());
  return found.value();
}

NodeId PlanBuilder::keep(const Node& prototype) {
  if (failed_) return 0;
  const NodeId id = plan_.intern(prototype);
  if (id == kNoNode) {
    failed_ = Error{ErrorCode::E_MEMORY,
                    "the traders' memory is used up: " + std::to_string(plan_.arena_.largest_free()) +
                        " bytes are left in one piece of " + std::to_string(plan_.arena_.bytes_total()),
                    std::nullopt,
                    "fewer traders, or a larger traderBytes",
                    {}};
    return 0;
  }
  touched_.push_back(id);
  return id;
}

NodeId PlanBuilder::source(NodeOp op, TimelineId timeline, uint8_t field, int8_t interval, double value) {
  Node made;
  made.key.op = op;
  made.key.timeline = timeline;
  made.key.field = field;
  made.key.interval = interval;
  made.key.value = value;
  if (op == NodeOp::series) {
    made.reads = 1U << interval;
    made.rows = 2U << interval;
    made.clock = static_cast<uint8_t>(interval);
  }
  if (op == NodeOp::ticker) made.rows = 1;
  return keep(made);
}

NodeId PlanBuilder::series(TimelineId timeline, int8_t interval, SeriesField field) {
  const auto column = [&](SeriesField one) {
    return source(NodeOp::series, timeline, column_of(one), interval, 0);
  };
  const auto mean = [&](NodeId sum, double count) {
    return apply(NodeOp::divide, timeline, sum, source(NodeOp::constant, kNoTimeline, 0, -1, count));
  };
  const auto add = [&](NodeId a, NodeId b) { return apply(NodeOp::add, timeline, a, b); };
  switch (field) {
    case SeriesField::hl2: return mean(add(column(SeriesField::high), column(SeriesField::low)), 2);
    case SeriesField::hlc3:
      return mean(add(add(column(SeriesField::high), column(SeriesField::low)), column(SeriesField::close)),
                  3);
    case SeriesField::ohlc4:
      return mean(
          add(add(add(column(SeriesField::high), column(SeriesField::low)), column(SeriesField::close)),
              column(SeriesField::open)),
          4);
    default: return column(field);
  }
}

NodeId PlanBuilder::apply(NodeOp op, TimelineId timeline, NodeId a, NodeId b) {
  if (failed_) return 0;
  // One order for what commutes, so that `a and b` and `b and a` are one node.
  if (b != kNoNode && commutes(op) && plan_.nodes_[b].sequence < plan_.nodes_[a].sequence) std::swap(a, b);
  Node made;
  made.key.op = op;
  made.key.timeline = timeline;
  made.key.inputs[0] = a;
  made.key.inputs[1] = b;
  if (op >= NodeOp::less && op <= NodeOp::not_equal) {
    made.key.inputs[2] = finite_side(timeline, a);
    made.key.inputs[3] = finite_side(timeline, b);
    if (failed_) return 0;
  }
  for (const NodeId input : {a, b}) {
    if (input == kNoNode) continue;
    made.reads |= plan_.nodes_[input].reads;
    made.rows |= plan_.nodes_[input].rows;
  }
  // In a timeline the clock must not depend on which trader came first: the base is the timeline's.
  const uint32_t base = timeline == kNoTimeline ? base_ : plan_.timelines_[timeline].base;
  // A ticker has no klines to step with: what reads one is computed at the decision.
  const bool reads_ticker = (made.rows & 1) != 0;
  made.clock = static_cast<uint8_t>(reads_ticker ? base : clock_of(made.reads, base));
  made.fixed = made.rows == 0;
  const bool condition = op >= NodeOp::less && op != NodeOp::number_of;
  made.type = condition ? filter::Type::condition : filter::Type::number;
  return keep(made);
}

// Where the number is finite, as a node that all its comparisons share. kNoNode: everywhere.
NodeId PlanBuilder::finite_side(TimelineId timeline, NodeId number) {
  const NodeKey& key = plan_.nodes_[number].key;
  if (key.op == NodeOp::constant && math::finite(key.value)) return kNoNode;
  return apply(NodeOp::finite_of, timeline, number);
}

NodeId PlanBuilder::operation(const filter::Node& node, TimelineId timeline, NodeId a, NodeId b) {
  if (node.op == Op::greater) return apply(NodeOp::less, timeline, b, a);
  if (node.op == Op::greater_equal) return apply(NodeOp::less_equal, timeline, b, a);
  return apply(same_operation(node.op), timeline, a, node.input_count > 1 ? b : kNoNode);
}

// Conditions travel into kernels, and out of them, as numbers.
void PlanBuilder::as_numbers(const filter::Node& node, TimelineId timeline, std::span<NodeId> inputs) {
  for (uint32_t i = 0; i < node.input_count; ++i) {
    if (tree_->nodes[static_cast<size_t>(node.inputs[i])].type == filter::Type::condition) {
      inputs[i] = apply(NodeOp::number_of, timeline, inputs[i]);
    }
  }
}

NodeId PlanBuilder::as_typed(const filter::Node& node, TimelineId timeline, NodeId number) {
  return node.type == filter::Type::condition ? apply(NodeOp::condition_of, timeline, number) : number;
}

NodeId PlanBuilder::stateful(const filter::Node& node, TimelineId timeline, std::span<const NodeId> inputs) {
  if (failed_) return 0;
  Node made;
  made.key.op = stateful_operation(node.op);
  made.key.timeline = timeline;
  made.key.indicator = node.indicator;
  made.key.params = node.params;
  made.kernel = kernel_of(node);
  for (size_t i = 0; i < inputs.size(); ++i) {
    made.key.inputs[i] = inputs[i];
    made.reads |= plan_.nodes_[inputs[i]].reads;
    made.rows |= plan_.nodes_[inputs[i]].rows;
  }
  const uint32_t base = plan_.timelines_[timeline].base;
  if (made.reads == 0) made.reads = 1U << base;
  made.clock = static_cast<uint8_t>(clock_of(made.reads, base));
  // A new kline of the clock moves its past, even where no input reads that interval.
  made.rows |= 2U << made.clock;
  if (node.op == Op::indicator) {
    const auto& row = indicator::indicators()[static_cast<size_t>(node.indicator)];
    made.output_count = static_cast<uint8_t>(row.outputs.size());
  }
  const NodeId id = keep(made);
  if (failed_ || made.output_count == 1) return id;
  Node select;
  select.key.op = NodeOp::output;
  select.key.timeline = timeline;
  select.key.field = node.output;
  select.key.inputs[0] = id;
  select.reads = made.reads;
  select.rows = made.rows;
  select.clock = made.clock;
  return keep(select);
}

NodeId PlanBuilder::in_timeline(int16_t at, TimelineId timeline) {
  if (failed_) return 0;
  const auto memo = memo_.find({at, timeline});
  if (memo != memo_.end()) return memo->second;
  const filter::Node& node = tree_->nodes[static_cast<size_t>(at)];
  std::array<NodeId, indicator::kMaxInputs> inputs{};
  for (uint32_t i = 0; i < node.input_count; ++i) inputs[i] = in_timeline(node.inputs[i], timeline);
  NodeId id = 0;
  switch (node.op) {
    case Op::number: id = source(NodeOp::constant, kNoTimeline, 0, -1, node.value); break;
    case Op::series: id = series(timeline, node.interval, static_cast<SeriesField>(node.field)); break;
    case Op::ticker: id = source(NodeOp::ticker, kNoTimeline, ticker_lane(node.field), -1, 0); break;
    case Op::shift:
    case Op::function:
    case Op::indicator:
      as_numbers(node, timeline, inputs);
      id = as_typed(node, timeline, stateful(node, timeline, {inputs.data(), node.input_count}));
      break;
    default: id = operation(node, timeline, inputs[0], inputs[1]);
  }
  memo_[{at, timeline}] = id;
  return id;
}

NodeId PlanBuilder::with_now_inputs(const filter::Node& node, NodeId closed, std::span<const NodeId> inputs) {
  if (failed_) return 0;
  NodeId owner = closed;
  if (plan_.nodes_[owner].key.op == NodeOp::output) owner = plan_.nodes_[owner].key.inputs[0];
  TICKSCAN_ASSERT(plan_.nodes_[owner].stateful() && inputs.size() == node.input_count);
  std::copy(inputs.begin(), inputs.end(), plan_.nodes_[owner].now_inputs.begin());
  return closed;
}

NodeId PlanBuilder::natural(int16_t at) {
  if (failed_) return 0;
  const uint32_t reads = facts_[static_cast<size_t>(at)].reads;
  if (std::popcount(reads) <= 1) {
    return in_timeline(at, static_cast<TimelineId>(clock_of(reads, base_)));
  }
  const auto memo = memo_.find({at, kNatural});
  if (memo != memo_.end()) return memo->second;
  const filter::Node& node = tree_->nodes[static_cast<size_t>(at)];
  std::array<NodeId, indicator::kMaxInputs> inputs{};
  for (uint32_t i = 0; i < node.input_count; ++i) inputs[i] = natural(node.inputs[i]);
  NodeId id = 0;
  if (kernel_of(node) == nullptr) {
    id = operation(node, kNoTimeline, inputs[0], inputs[1]);
  } else {
    const TimelineId timeline = hold(reads | 1U << base_);
    if (failed_) return 0;
    std::array<NodeId, indicator::kMaxInputs> closed{};
    for (uint32_t i = 0; i < node.input_count; ++i) closed[i] = in_timeline(node.inputs[i], timeline);
    as_numbers(node, timeline, closed);
    as_numbers(node, kNoTimeline, inputs);
    const NodeId made = stateful(node, timeline, {closed.data(), node.input_count});
    id = as_typed(node, kNoTimeline, with_now_inputs(node, made, {inputs.data(), node.input_count}));
  }
  memo_[{at, kNatural}] = id;
  return id;
}

}  // namespace tickscan::scan
