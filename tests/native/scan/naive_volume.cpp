// Volume, pivots and Heikin-Ashi, from their definitions; and the table of all naive rows.
#include <algorithm>

#include "scan/naive_rows.h"

namespace tickscan::scan::testing {

namespace {

// The share of the volume that a kline counts: 1 when the close is at the high, −1 at the low.
Values money_flows(const Columns& x) {
  return each(x[0].size(), [&](size_t i) {
    const double range = x[0][i] - x[1][i];
    return range > 0 ? ((x[2][i] - x[1][i]) - (x[0][i] - x[2][i])) / range * x[3][i] : 0.0;
  });
}

Values running_sum(const Values& x) {
  long double sum = 0;
  return each(x.size(), [&](size_t i) { return static_cast<double>(sum += static_cast<long double>(x[i])); });
}

Columns obv(const Columns& x, const double*) {
  return {running_sum(each(x[0].size(), [&](size_t i) {
    if (i == 0 || x[0][i] > x[0][i - 1]) return x[1][i];
    return x[0][i] < x[0][i - 1] ? -x[1][i] : 0.0;
  }))};
}

Columns adosc(const Columns& x, const double* p) {
  const Values line = running_sum(money_flows(x));
  // Averages that start with the first value instead of a mean.
  const auto average = [&](double n) {
    double value = 0;
    const double k = 2 / (n + 1);
    return each(line.size(),
                [&](size_t i) { return value = i == 0 ? line[0] : k * line[i] + (1 - k) * value; });
  };
  const Values fast = average(p[0]);
  const Values slow = average(p[1]);
  const size_t first = std::max(whole(p, 0), whole(p, 1)) - 1;
  return {each(line.size(), [&](size_t i) { return i < first ? kNaN : fast[i] - slow[i]; })};
}

Columns cmf(const Columns& x, const double* p) {
  const Values flows = money_flows(x);
  return {over_windows(flows.size(), whole(p, 0), [&](size_t first, size_t last) {
    long double flow = 0;
    long double volume = 0;
    for (size_t i = first; i <= last; ++i) {
      flow += static_cast<long double>(flows[i]);
      volume += static_cast<long double>(x[3][i]);
    }
    return volume == 0 ? kNaN : static_cast<double>(flow / volume);
  })};
}

// x above the `left` values before it and not below the `right` after it; known `right` later.
Columns pivots(const Values& x, size_t left, size_t right) {
  Columns all(2, unknowns(x.size()));
  double value = kNaN;
  double bars = kNaN;
  for (size_t i = 0; i < x.size(); ++i) {
    ++bars;
    if (i >= left + right) {
      const size_t at = i - right;
      bool pivot = true;
      for (size_t k = at - left; k < at; ++k) pivot = pivot && x[at] > x[k];
      for (size_t k = at + 1; k <= i; ++k) pivot = pivot && x[at] >= x[k];
      if (pivot) {
        value = x[at];
        bars = static_cast<double>(right);
      }
    }
    all[0][i] = value;
    all[1][i] = bars;
  }
  return all;
}

Columns pivot_low(const Columns& x, const double* p) {
  const Values upside_down = each(x[0].size(), [&](size_t i) { return -x[0][i]; });
  Columns all = pivots(upside_down, whole(p, 0), whole(p, 1));
  for (double& value : all[0]) value = -value;
  return all;
}

// Heikin-Ashi open, high, low, close.
Columns heikin_ashi(const Columns& x) {
  Columns all(4, unknowns(x[0].size()));
  for (size_t i = 0; i < x[0].size(); ++i) {
    const double open = i == 0 ? (x[0][i] + x[3][i]) / 2 : (all[0][i - 1] + all[3][i - 1]) / 2;
    const double close = (x[0][i] + x[1][i] + x[2][i] + x[3][i]) / 4;
    const double now[] = {open, std::max({x[1][i], open, close}), std::min({x[2][i], open, close}), close};
    for (size_t k = 0; k < 4; ++k) all[k][i] = now[k];
  }
  return all;
}

}  // namespace

void add_volume_and_shapes(NaiveRows& rows) {
  rows["obv"] = obv;
  rows["ad"] = [](const Columns& x, const double*) { return Columns{running_sum(money_flows(x))}; };
  rows["adosc"] = adosc;
  rows["cmf"] = cmf;
  rows["pivot_high"] = [](const Columns& x, const double* p) {
    return pivots(x[0], whole(p, 0), whole(p, 1));
  };
  rows["pivot_low"] = pivot_low;
  rows["ha_open"] = [](const Columns& x, const double*) { return Columns{heikin_ashi(x)[0]}; };
  rows["ha_high"] = [](const Columns& x, const double*) { return Columns{heikin_ashi(x)[1]}; };
  rows["ha_low"] = [](const Columns& x, const double*) { return Columns{heikin_ashi(x)[2]}; };
  rows["ha_close"] = [](const Columns& x, const double*) { return Columns{heikin_ashi(x)[3]}; };
}

const NaiveRows& naive_rows() {
  static const NaiveRows rows = [] {
    NaiveRows all;
    add_averages(all);
    add_momentum(all);
    add_trend(all);
    add_volatility(all);
    add_volume_and_shapes(all);
    return all;
  }();
  return rows;
}

}  // namespace tickscan::scan::testing
