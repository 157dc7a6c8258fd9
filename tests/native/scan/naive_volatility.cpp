// Volatility and bands, from their definitions.
#include <algorithm>

#include "scan/naive_rows.h"

namespace tickscan::scan::testing {

namespace {

// Variance of the population, in two passes; a window of equal values has none.
Values variance(const Values& x, size_t n) {
  return over_windows(x.size(), n, [&](size_t first, size_t last) {
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = x.begin() + static_cast<std::ptrdiff_t>(last) + 1;
    if (std::all_of(begin, end, [&](double one) { return one == *begin; })) return 0.0;
    long double mean = 0;
    for (auto at = begin; at != end; ++at) mean += static_cast<long double>(*at);
    mean /= static_cast<long double>(n);
    long double sum = 0;
    for (auto at = begin; at != end; ++at) {
      const long double off = static_cast<long double>(*at) - mean;
      sum += off * off;
    }
    return static_cast<double>(sum / static_cast<long double>(n));
  });
}

Columns bbands(const Columns& x, const double* p) {
  const size_t n = whole(p, 0);
  const Values middle = moving_average(x[0], whole(p, 3), n);
  const Values spread = variance(x[0], n);
  Columns all(5, unknowns(middle.size()));
  for (size_t i = 0; i < middle.size(); ++i) {
    const double upper = middle[i] + p[1] * std::sqrt(spread[i]);
    const double lower = middle[i] - p[2] * std::sqrt(spread[i]);
    const double now[] = {middle[i], upper, lower, (x[0][i] - lower) / (upper - lower),
                          (upper - lower) / middle[i]};
    for (size_t k = 0; k < 5; ++k) all[k][i] = now[k];
  }
  return all;
}

Columns natr(const Columns& x, const double* p) {
  const Values range = average_true_range(x, whole(p, 0));
  return {each(range.size(), [&](size_t i) {
    if (std::isnan(range[i])) return kNaN;
    return x[2][i] == 0 ? 0.0 : 100 * range[i] / x[2][i];
  })};
}

Columns keltner(const Columns& x, const double* p) {
  const Values middle = ema(x[2], whole(p, 0));
  const Values range = average_true_range(x, whole(p, 2));
  Columns all(3, unknowns(middle.size()));
  for (size_t i = 0; i < middle.size(); ++i) {
    if (std::isnan(middle[i]) || std::isnan(range[i])) continue;
    all[0][i] = middle[i];
    all[1][i] = middle[i] + p[1] * range[i];
    all[2][i] = middle[i] - p[1] * range[i];
  }
  return all;
}

Columns donchian(const Columns& x, const double* p) {
  const Values top = highest(x[0], whole(p, 0));
  const Values bottom = lowest(x[1], whole(p, 0));
  return {each(top.size(), [&](size_t i) { return (top[i] + bottom[i]) / 2; }), top, bottom};
}

// The bands only tighten, unless the close before was beyond them; the trend turns when the close crosses.
Columns supertrend(const Columns& x, const double* p) {
  const size_t n = whole(p, 0);
  const Values range = average_true_range(x, n);
  Columns all(2, unknowns(range.size()));
  double upper = 0;
  double lower = 0;
  bool up = false;
  for (size_t i = n; i < range.size(); ++i) {
    const double middle = (x[0][i] + x[1][i]) / 2;
    const double above = middle + p[1] * range[i];
    const double below = middle - p[1] * range[i];
    const double before = x[2][i - 1];
    upper = i == n || before > upper ? above : std::min(upper, above);
    lower = i == n || before < lower ? below : std::max(lower, below);
    if (i > n) up = up ? x[2][i] >= lower : x[2][i] > upper;
    all[0][i] = up ? lower : upper;
    all[1][i] = up ? 1 : -1;
  }
  return all;
}

// Wilder's stop and reverse, as TA-Lib starts it: kline 1 gives the first direction and is its own predecessor.
Columns sar(const Columns& x, const double* p) {
  const Values& high = x[0];
  const Values& low = x[1];
  Values all = unknowns(high.size());
  if (high.size() < 2) return {all};
  const double least = std::min(p[0], p[1]);
  const bool falls = low[0] - low[1] > 0 && low[0] - low[1] > high[1] - high[0];
  bool rising = !falls;
  double stop = rising ? low[0] : high[0];
  double extreme = rising ? high[1] : low[1];
  double factor = least;
  for (size_t i = 1; i < high.size(); ++i) {
    const size_t before = i == 1 ? 1 : i - 1;
    const auto limited = [&](double price) {
      return rising ? std::min({price, low[before], low[i]}) : std::max({price, high[before], high[i]});
    };
    if (rising ? low[i] <= stop : high[i] >= stop) {
      rising = !rising;
      stop = limited(extreme);
      factor = least;
      extreme = rising ? high[i] : low[i];
      all[i] = stop;
    } else {
      all[i] = stop;
      if (rising ? high[i] > extreme : low[i] < extreme) {
        extreme = rising ? high[i] : low[i];
        factor = std::min(factor + least, p[1]);
      }
    }
    stop = limited(stop + factor * (extreme - stop));
  }
  return {all};
}

}  // namespace

Values highest(const Values& x, size_t n) {
  return over_windows(x.size(), n, [&](size_t first, size_t last) {
    double best = x[last];
    for (size_t i = first; i < last; ++i) best = std::isnan(x[i]) ? kNaN : std::max(best, x[i]);
    return std::isnan(x[first]) ? kNaN : best;
  });
}

Values lowest(const Values& x, size_t n) {
  return over_windows(x.size(), n, [&](size_t first, size_t last) {
    double best = x[last];
    for (size_t i = first; i < last; ++i) best = std::isnan(x[i]) ? kNaN : std::min(best, x[i]);
    return std::isnan(x[first]) ? kNaN : best;
  });
}

Values true_range(const Columns& x) {
  return each(x[0].size(), [&](size_t i) {
    if (i == 0) return kNaN;
    const double before = x[2][i - 1];
    return std::max({x[0][i] - x[1][i], std::fabs(x[0][i] - before), std::fabs(x[1][i] - before)});
  });
}

Values average_true_range(const Columns& x, size_t n) { return rma(true_range(x), n); }

void add_volatility(NaiveRows& rows) {
  rows["tr"] = [](const Columns& x, const double*) { return Columns{true_range(x)}; };
  rows["atr"] = [](const Columns& x, const double* p) { return Columns{average_true_range(x, whole(p, 0))}; };
  rows["natr"] = natr;
  rows["bbands"] = bbands;
  rows["stddev"] = [](const Columns& x, const double* p) {
    const Values spread = variance(x[0], whole(p, 0));
    return Columns{each(spread.size(), [&](size_t i) { return std::sqrt(spread[i]) * p[1]; })};
  };
  rows["var"] = [](const Columns& x, const double* p) { return Columns{variance(x[0], whole(p, 0))}; };
  rows["keltner"] = keltner;
  rows["donchian"] = donchian;
  rows["supertrend"] = supertrend;
  rows["sar"] = sar;
}

}  // namespace tickscan::scan::testing
