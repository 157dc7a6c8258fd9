// The interpreter: fields, operations, clocks and histories.
#include "scan/naive.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bits.h"
#include "scan/naive_nodes.h"

namespace tickscan::scan::testing {

using filter::Node;
using filter::Op;
using filter::SeriesField;

namespace {

double field_of(const market::Kline& kline, SeriesField field) {
  const double* f = kline.fields;
  const double open = f[market::kline_open];
  const double high = f[market::kline_high];
  const double low = f[market::kline_low];
  const double close = f[market::kline_close];
  switch (field) {
    case SeriesField::open: return open;
    case SeriesField::high: return high;
    case SeriesField::low: return low;
    case SeriesField::close: return close;
    case SeriesField::volume: return f[market::kline_volume];
    case SeriesField::hl2: return (high + low) / 2;
    case SeriesField::hlc3: return (high + low + close) / 3;
    case SeriesField::ohlc4: return (high + low + close + open) / 4;
  }
  return kNaN;
}

bool keeps_state(const Node& node) {
  return node.op == Op::indicator || node.op == Op::shift || node.op == Op::function;
}

// Operations whose result is one of their operands, or a whole number.
bool is_exact(const Node& node) {
  switch (node.op) {
    case Op::number:
    case Op::series:
    case Op::ticker:
    case Op::negate:
    case Op::abs:
    case Op::min:
    case Op::max:
    case Op::floor:
    case Op::ceil:
    case Op::round:
    case Op::sign:
    case Op::shift: return true;
    default: return node.type == filter::Type::condition || rounds_nothing(node);
  }
}

constexpr double kLive = -1;  // the moment that is no close time

// Between -1 and 1, the same for the same value, key and seed.
double wobble(double value, uint64_t key, uint32_t seed) {
  uint64_t hash = bit_cast<uint64_t>(value) + 0x9E3779B97F4A7C15U * (key + 1) + (uint64_t{seed} << 56);
  for (const int shift : {30, 27, 31}) hash = (hash ^ (hash >> shift)) * 0xBF58476D1CE4E5B9U;
  return static_cast<double>(static_cast<int64_t>(hash)) * 0x1p-63;
}

double truth(bool known, bool value) { return known ? static_cast<double>(value) : kNaN; }

}  // namespace

uint32_t Naive::reads(int16_t at) const {
  const Node& node = tree_.nodes[static_cast<size_t>(at)];
  uint32_t mask = node.op == Op::series ? 1U << node.interval : 0;
  for (uint32_t i = 0; i < node.input_count; ++i) mask |= reads(node.inputs[i]);
  // What steps without reading any series steps on the trader's interval.
  return keeps_state(node) && mask == 0 ? 1U << base_ : mask;
}

uint32_t Naive::clock(int16_t at) const {
  const uint32_t mask = reads(at);
  return std::popcount(mask) == 1 ? static_cast<uint32_t>(std::countr_zero(mask)) : base_;
}

double Naive::ticker(const Node& node) const {
  const auto field = static_cast<filter::TickerField>(node.field);
  const std::vector<double>& t = market_.ticker;
  if (field == filter::TickerField::spread) return t[market::ticker_ask] - t[market::ticker_bid];
  const double stored = t[node.field];
  if (field == filter::TickerField::change_24h && std::isnan(stored)) {
    return (t[market::ticker_last] - t[market::ticker_open_24h]) / t[market::ticker_open_24h] * 100.0;
  }
  return stored;
}

double Naive::apply(const Node& node, double a, double b) const {
  const bool both = std::isfinite(a) && std::isfinite(b);
  // No shaking makes two computed numbers equal that differ in their last bits, so some shaken runs take them as that.
  const bool nearly = shake_ % 3 == 1 && std::fabs(a - b) <= 4e-12 * std::fabs(a);
  switch (node.op) {
    case Op::negate: return -a;
    case Op::add: return a + b;
    case Op::subtract: return a - b;
    case Op::multiply: return a * b;
    case Op::divide: return a / b;
    case Op::abs: return std::isfinite(a) ? std::fabs(a) : kNaN;
    case Op::sqrt: return a >= 0 && std::isfinite(a) ? std::sqrt(a) : kNaN;
    case Op::log: return a > 0 && std::isfinite(a) ? std::log(a) : kNaN;
    case Op::exp: return std::isfinite(a) ? std::exp(a) : kNaN;
    case Op::floor: return std::isfinite(a) ? std::floor(a) : kNaN;
    case Op::ceil: return std::isfinite(a) ? std::ceil(a) : kNaN;
    case Op::round: return std::isfinite(a) ? std::round(a) : kNaN;
    case Op::sign: return std::isfinite(a) ? (a > 0 ? 1.0 : (a < 0 ? -1.0 : 0.0)) : kNaN;
    case Op::min: return both ? std::fmin(a, b) : kNaN;
    case Op::max: return both ? std::fmax(a, b) : kNaN;
    case Op::less: return truth(both, a < b);
    case Op::less_equal: return truth(both, a <= b);
    case Op::greater: return truth(both, a > b);
    case Op::greater_equal: return truth(both, a >= b);
    case Op::equal: return truth(both, a == b || nearly);
    case Op::not_equal: return truth(both, a != b && !nearly);
    case Op::logical_not: return std::isnan(a) ? kNaN : 1 - a;
    case Op::logical_and:
      if (a == 0 || b == 0) return 0;
      return std::isnan(a) || std::isnan(b) ? kNaN : 1;
    case Op::logical_or:
      if (a == 1 || b == 1) return 1;
      return std::isnan(a) || std::isnan(b) ? kNaN : 0;
    default: return kNaN;
  }
}

size_t NaiveMarket::Series::closed_by(double time) const {
  const auto after = std::partition_point(closed.begin(), closed.end(), [&](const market::Kline& kline) {
    return kline.open_time() + length_ms <= time;
  });
  return static_cast<size_t>(after - closed.begin());
}

// Values that come from the market wobble alike wherever and whenever they are read; what is computed from them, at
// every moment differently, since equal results may be equal by rounding alone.
double Naive::shaken(double value, int16_t index, double moment) const {
  if (shake_ == 0) return value;
  const Node& node = tree_.nodes[static_cast<size_t>(index)];
  const bool leaf = node.op == Op::number || node.op == Op::series || node.op == Op::ticker;
  if (!leaf && is_exact(node)) return value;
  const uint64_t key = leaf ? 0 : bit_cast<uint64_t>(moment) * 1024 + static_cast<uint64_t>(index) + 1;
  const double direction = shake_ % 2 == 0 ? -0x1p-40 : 0x1p-40;
  return value * (1 + direction * wobble(value, key, (shake_ + 1) / 2));
}

const Naive::History& Naive::history(int16_t index) {
  std::optional<History>& known = histories_[static_cast<size_t>(index)];
  if (known) return *known;
  const Node& node = tree_.nodes[static_cast<size_t>(index)];
  const auto& series = market_.series[clock(index)];
  History made;
  made.inputs.resize(node.input_count);
  for (const market::Kline& kline : series.closed) {
    for (size_t i = 0; i < made.inputs.size(); ++i) {
      made.inputs[i].push_back(at(node.inputs[i], kline.open_time() + series.length_ms));
    }
  }
  made.values = run_node(node, made.inputs);
  for (size_t i = 0; i < made.values.size(); ++i)
    made.values[i] = shaken(made.values[i], index, series.closed[i].open_time());
  known = std::move(made);
  return *known;
}

double Naive::at(int16_t index, double time) {
  const Node& node = tree_.nodes[static_cast<size_t>(index)];
  if (keeps_state(node)) {
    const size_t steps = market_.series[clock(index)].closed_by(time);
    return steps == 0 ? kNaN : history(index).values[steps - 1];
  }
  if (node.op == Op::number) return shaken(node.value, index, 0);
  if (node.op == Op::ticker) return shaken(ticker(node), index, 0);
  if (node.op == Op::series) {
    const auto& series = market_.series[static_cast<size_t>(node.interval)];
    const size_t count = series.closed_by(time);
    if (count == 0) return kNaN;
    return shaken(field_of(series.closed[count - 1], static_cast<SeriesField>(node.field)), index, time);
  }
  return shaken(apply(node, at(node.inputs[0], time), node.input_count > 1 ? at(node.inputs[1], time) : 0),
                index, time);
}

double Naive::now(int16_t index) {
  const Node& node = tree_.nodes[static_cast<size_t>(index)];
  if (node.op == Op::number) return shaken(node.value, index, 0);
  if (node.op == Op::ticker) return shaken(ticker(node), index, 0);
  if (node.op == Op::series) {
    const auto& series = market_.series[static_cast<size_t>(node.interval)];
    const auto field = static_cast<SeriesField>(node.field);
    if (series.is_live()) return shaken(field_of(series.live, field), index, kLive);
    return series.closed.empty() ? kNaN : shaken(field_of(series.closed.back(), field), index, kLive);
  }
  if (keeps_state(node)) {
    const auto& series = market_.series[clock(index)];
    const History& past = history(index);
    if (!series.is_live()) return past.values.empty() ? kNaN : past.values.back();
    std::vector<std::vector<double>> inputs = past.inputs;
    for (size_t i = 0; i < inputs.size(); ++i) inputs[i].push_back(now(node.inputs[i]));
    return shaken(run_node(node, inputs).back(), index, kLive);
  }
  return shaken(apply(node, now(node.inputs[0]), node.input_count > 1 ? now(node.inputs[1]) : 0), index,
                kLive);
}

Judge::Judge(const filter::Tree& tree, const NaiveMarket& market, uint32_t base)
    : tree_(tree),
      market_(market),
      base_(base),
      condition_(tree.nodes[static_cast<size_t>(tree.root)].type == filter::Type::condition),
      runs_(kShakes + 1) {}

Naive& Judge::run(uint32_t shake) {
  if (!runs_[shake]) runs_[shake] = std::make_unique<Naive>(tree_, market_, base_, shake);
  return *runs_[shake];
}

Agreement Judge::now(double scanned) {
  return judge(scanned, [](Naive& naive) { return naive.now(); });
}

Agreement Judge::at(double time, double scanned) {
  return judge(scanned, [time](Naive& naive) { return naive.at(time); });
}

template <typename F>
Agreement Judge::judge(double scanned, F&& value_of) {
  const double plain = value_of(run(0));
  const bool known = std::isfinite(plain);
  if (condition_) {
    if ((scanned == 1) == (plain == 1)) return Agreement::same;
  } else if (std::isfinite(scanned) == known) {
    if (!known || std::fabs(scanned - plain) <= 1e-12 * std::fabs(plain)) return Agreement::same;
  }
  double spread = 0;
  for (uint32_t shake = 1; shake <= kShakes; ++shake) {
    const double moved = value_of(run(shake));
    if (std::isfinite(moved) != known) return Agreement::rounding;
    if (condition_ && (moved == 1) != (plain == 1)) return Agreement::rounding;
    spread = std::max(spread, std::fabs(moved - plain));
  }
  const bool near = !condition_ && known && std::fabs(scanned - plain) <= 4 * spread;
  return near ? Agreement::rounding : Agreement::different;
}

}  // namespace tickscan::scan::testing
