// The interpreter. Formulas are written from the definitions of TA-Lib's functions, not from src/indicator.
#include "scan/naive.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "filter/functions.h"
#include "indicator/registry.h"

namespace tickscan::scan::testing {

using filter::Node;
using filter::Op;
using filter::SeriesField;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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

// Only what came after the last input that is not finite counts.
std::vector<double> since_last_gap(const std::vector<double>& inputs) {
  size_t start = inputs.size();
  while (start > 0 && std::isfinite(inputs[start - 1])) --start;
  return {inputs.begin() + static_cast<std::ptrdiff_t>(start), inputs.end()};
}

double sma(const std::vector<double>& x, size_t n) {
  if (x.size() < n) return kNaN;
  __float128 sum = 0;
  for (size_t i = x.size() - n; i < x.size(); ++i) sum += x[i];
  return static_cast<double>(sum / static_cast<__float128>(n));
}

double ema(const std::vector<double>& x, size_t n) {
  if (x.size() < n) return kNaN;
  double value = 0;
  for (size_t i = 0; i < n; ++i) value += x[i];
  value /= static_cast<double>(n);
  const double k = 2.0 / (static_cast<double>(n) + 1.0);
  for (size_t i = n; i < x.size(); ++i) value = (x[i] - value) * k + value;
  return value;
}

double rsi(const std::vector<double>& x, size_t n) {
  if (x.size() < n + 1) return kNaN;
  const auto count = static_cast<double>(n);
  double gain = 0;
  double loss = 0;
  for (size_t i = 1; i <= n; ++i) {
    const double change = x[i] - x[i - 1];
    (change < 0 ? loss : gain) += std::fabs(change);
  }
  gain /= count;
  loss /= count;
  for (size_t i = n + 1; i < x.size(); ++i) {
    const double change = x[i] - x[i - 1];
    gain = (gain * (count - 1) + (change > 0 ? change : 0)) / count;
    loss = (loss * (count - 1) + (change < 0 ? -change : 0)) / count;
  }
  return gain + loss == 0 ? 0 : 100 * (gain / (gain + loss));
}

// The functions of filters, over everything since the last input that is not finite.
double function(std::string_view name, const std::vector<double>& x, size_t n) {
  if (name == "percent_rank") {
    if (x.size() < n + 1) return kNaN;
    const auto below = std::count_if(x.end() - static_cast<std::ptrdiff_t>(n) - 1, x.end() - 1,
                                     [&](double one) { return one <= x.back(); });
    return 100.0 * static_cast<double>(below) / static_cast<double>(n);
  }
  if (x.size() < n) return kNaN;
  const std::vector<double> window(x.end() - static_cast<std::ptrdiff_t>(n), x.end());
  if (name == "held") return static_cast<double>(std::count(window.begin(), window.end(), 0.0) == 0);
  if (name == "count") return static_cast<double>(std::count(window.begin(), window.end(), 1.0));
  // From the youngest on, so that the latest of equals is found first.
  size_t best = window.size() - 1;
  for (size_t i = window.size(); i-- > 0;) {
    if (name.starts_with("highest") ? window[i] > window[best] : window[i] < window[best]) best = i;
  }
  return name.ends_with("_bars") ? static_cast<double>(window.size() - 1 - best) : window[best];
}

double bars_since(const std::vector<double>& condition) {
  for (size_t bars = 0; bars < condition.size(); ++bars) {
    if (condition[condition.size() - 1 - bars] == 1) return static_cast<double>(bars);
  }
  return kNaN;
}

double value_when(const std::vector<double>& condition, const std::vector<double>& x, size_t occurrence) {
  for (size_t i = 0; i < condition.size(); ++i) {
    if (condition[condition.size() - 1 - i] == 1 && occurrence-- == 0) return x[x.size() - 1 - i];
  }
  return kNaN;
}

bool keeps_state(const Node& node) {
  return node.op == Op::indicator || node.op == Op::shift || node.op == Op::function;
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
    case Op::equal: return truth(both, a == b);
    case Op::not_equal: return truth(both, a != b);
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

double Naive::run(const Node& node, const std::vector<std::vector<double>>& all) const {
  const auto n = static_cast<size_t>(node.params[0]);
  const std::vector<double>& inputs = all[0];
  if (node.op == Op::shift) return inputs.size() > n ? inputs[inputs.size() - 1 - n] : kNaN;
  const std::vector<double> x = since_last_gap(inputs);
  if (node.op == Op::function) {
    const std::string_view function_name = filter::functions()[static_cast<size_t>(node.indicator)].name;
    if (function_name == "bars_since") return bars_since(x);
    if (function_name == "value_when") return value_when(x, all[1], n);
    return function(function_name, x, n);
  }
  const std::string_view name = indicator::indicators()[static_cast<size_t>(node.indicator)].name;
  if (name == "sma") return sma(x, n);
  if (name == "ema") return ema(x, n);
  return rsi(x, n);
}

double Naive::at(int16_t index, double time) {
  const auto known = memo_.find({index, time});
  if (known != memo_.end()) return known->second;
  const Node& node = tree_.nodes[static_cast<size_t>(index)];
  double value = kNaN;
  if (node.op == Op::number) {
    value = node.value;
  } else if (node.op == Op::ticker) {
    value = ticker(node);
  } else if (node.op == Op::series) {
    const auto& series = market_.series[static_cast<size_t>(node.interval)];
    for (const market::Kline& kline : series.closed) {
      if (kline.open_time() + series.length_ms > time) break;
      value = field_of(kline, static_cast<SeriesField>(node.field));
    }
  } else if (keeps_state(node)) {
    const auto& series = market_.series[clock(index)];
    std::vector<std::vector<double>> inputs(node.input_count);
    for (const market::Kline& kline : series.closed) {
      const double close_time = kline.open_time() + series.length_ms;
      if (close_time > time) continue;
      for (size_t i = 0; i < inputs.size(); ++i) inputs[i].push_back(at(node.inputs[i], close_time));
    }
    if (!inputs[0].empty()) value = run(node, inputs);
  } else {
    value = apply(node, at(node.inputs[0], time), node.input_count > 1 ? at(node.inputs[1], time) : 0);
  }
  memo_[{index, time}] = value;
  return value;
}

double Naive::now(int16_t index) {
  const Node& node = tree_.nodes[static_cast<size_t>(index)];
  if (node.op == Op::number) return node.value;
  if (node.op == Op::ticker) return ticker(node);
  if (node.op == Op::series) {
    const auto& series = market_.series[static_cast<size_t>(node.interval)];
    if (series.is_live()) return field_of(series.live, static_cast<SeriesField>(node.field));
    return series.closed.empty() ? kNaN
                                 : field_of(series.closed.back(), static_cast<SeriesField>(node.field));
  }
  if (keeps_state(node)) {
    const auto& series = market_.series[clock(index)];
    std::vector<std::vector<double>> inputs(node.input_count);
    for (size_t i = 0; i < inputs.size(); ++i) {
      for (const market::Kline& kline : series.closed) {
        inputs[i].push_back(at(node.inputs[i], kline.open_time() + series.length_ms));
      }
      if (series.is_live()) inputs[i].push_back(now(node.inputs[i]));
    }
    return inputs[0].empty() ? kNaN : run(node, inputs);
  }
  return apply(node, now(node.inputs[0]), node.input_count > 1 ? now(node.inputs[1]) : 0);
}

}  // namespace tickscan::scan::testing
