// Every indicator once more, the slow and obvious way: a function from whole arrays of inputs to whole arrays of
// outputs, written from the definitions and not from src/indicator. Plain loops over each window, no state kept.
//
// Inputs are finite (the interpreter cuts them at every gap); an output that is not known yet is NaN. Used by one
// test thread.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "indicator/registry.h"

namespace tickscan::scan::testing {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Values = std::vector<double>;
using Columns = std::vector<Values>;
// Columns of the row's inputs, in its order, and its parameters → columns of its outputs.
using NaiveRow = Columns (*)(const Columns& inputs, const double* params);
using NaiveRows = std::map<std::string_view, NaiveRow>;

// Groups as in src/indicator/*.def; candle patterns are not among them (naive.cpp says how those are computed).
void add_averages(NaiveRows& rows);
void add_momentum(NaiveRows& rows);
void add_trend(NaiveRows& rows);
void add_volatility(NaiveRows& rows);
void add_volume_and_shapes(NaiveRows& rows);
const NaiveRows& naive_rows();

// What the groups share. The averages skip the unknown beginning of what they are given.
inline size_t whole(const double* params, size_t i) { return static_cast<size_t>(params[i]); }
inline Values unknowns(size_t count) { return Values(count, kNaN); }

Values sma(const Values& x, size_t n);
Values ema(const Values& x, size_t n, double factor);
inline Values ema(const Values& x, size_t n) { return ema(x, n, 2.0 / (static_cast<double>(n) + 1.0)); }
Values rma(const Values& x, size_t n);
// TA-Lib's ma_type: 0 sma, 1 ema, 2 wma, 3 dema, 4 tema, 5 trima, 6 kama, 8 t3.
Values moving_average(const Values& x, size_t type, size_t n);
// 7, mama, has no twin: such a call goes through the kernel.
inline bool has_mama(std::span<const indicator::Param> rows, const double* params) {
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name.ends_with("ma_type") && params[i] == 7) return true;
  }
  return false;
}
size_t moving_average_lookback(size_t type, size_t n);
Values highest(const Values& x, size_t n);
Values lowest(const Values& x, size_t n);
// Wilder's average of the true range, first known at n.
Values average_true_range(const Columns& high_low_close, size_t n);
Values true_range(const Columns& high_low_close);

// f(first, last) over each full window of n values, first and last included.
template <typename F>
Values over_windows(size_t count, size_t n, F&& f) {
  Values all = unknowns(count);
  for (size_t last = n - 1; last < count; ++last) all[last] = f(last + 1 - n, last);
  return all;
}

// f(i) for each index.
template <typename F>
Values each(size_t count, F&& f) {
  Values all(count);
  for (size_t i = 0; i < count; ++i) all[i] = f(i);
  return all;
}

}  // namespace tickscan::scan::testing
