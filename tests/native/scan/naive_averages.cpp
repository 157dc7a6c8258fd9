// Averages, from their definitions.
#include <algorithm>

#include "scan/naive_rows.h"

namespace tickscan::scan::testing {

namespace {

// Applies f to what follows the unknown beginning.
template <typename F>
Values after_unknown(const Values& x, F&& f) {
  size_t start = 0;
  while (start < x.size() && std::isnan(x[start])) ++start;
  Values all = unknowns(start);
  const Values rest = f(Values(x.begin() + static_cast<std::ptrdiff_t>(start), x.end()));
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

// Starts with the mean of the first n values; `next(value, x)` follows.
template <typename F>
Values seeded(const Values& x, size_t n, F&& next) {
  return after_unknown(x, [&](const Values& known) {
    Values all = unknowns(known.size());
    double value = 0;
    for (size_t i = 0; i < known.size(); ++i) {
      if (i < n) {
        value += known[i];
        if (i + 1 == n) value /= static_cast<double>(n);
      } else {
        value = next(value, known[i]);
      }
      if (i + 1 >= n) all[i] = value;
    }
    return all;
  });
}

Values wma(const Values& x, size_t n) {
  return after_unknown(x, [&](const Values& known) {
    return over_windows(known.size(), n, [&](size_t first, size_t last) {
      long double sum = 0;
      for (size_t i = first; i <= last; ++i)
        sum += static_cast<long double>(known[i]) * static_cast<long double>(i + 1 - first);
      return static_cast<double>(sum / (static_cast<long double>(n * (n + 1)) / 2));
    });
  });
}

Values dema(const Values& x, size_t n) {
  const Values once = ema(x, n);
  const Values twice = ema(once, n);
  return each(x.size(), [&](size_t i) { return 2 * once[i] - twice[i]; });
}

Values tema(const Values& x, size_t n) {
  const Values once = ema(x, n);
  const Values twice = ema(once, n);
  const Values thrice = ema(twice, n);
  return each(x.size(), [&](size_t i) { return 3 * once[i] - 3 * twice[i] + thrice[i]; });
}

Values trima(const Values& x, size_t n) { return sma(sma(x, n / 2 + 1), (n + 1) / 2); }

// Tillson's GD(x) = ema(x) · (1 + v) − ema(ema(x)) · v, three times: multiplied out, as TA-Lib does, because each
// average of the chain has a seed of its own.
Values t3(const Values& x, size_t n, double v) {
  Columns e{x};
  for (int i = 0; i < 6; ++i) e.push_back(ema(e.back(), n));
  return each(x.size(), [&](size_t i) {
    const double w = 1 + v;
    return w * w * w * e[3][i] - 3 * w * w * v * e[4][i] + 3 * w * v * v * e[5][i] - v * v * v * e[6][i];
  });
}

Values kama(const Values& x, size_t n) {
  return after_unknown(x, [&](const Values& known) {
    Values all = unknowns(known.size());
    for (size_t i = n; i < known.size(); ++i) {
      double path = 0;
      for (size_t j = i + 1 - n; j <= i; ++j) path += std::fabs(known[j] - known[j - 1]);
      const double way = known[i] - known[i - n];
      // A rise without a step back is fully efficient, whatever rounding says.
      const double efficiency = path <= way || path == 0 ? 1 : std::fabs(way) / path;
      const double smooth = efficiency * (2.0 / 3 - 2.0 / 31) + 2.0 / 31;
      const double before = i == n ? known[i - 1] : all[i - 1];
      all[i] = before + smooth * smooth * (known[i] - before);
    }
    return all;
  });
}

Values hma(const Values& x, size_t n) {
  const Values half = wma(x, n / 2);
  const Values full = wma(x, n);
  const Values raw = each(x.size(), [&](size_t i) { return 2 * half[i] - full[i]; });
  return wma(raw, static_cast<size_t>(std::sqrt(static_cast<double>(n))));
}

// n = 0: since the start. Unknown where nothing was traded.
Values volume_weighted(const Values& price, const Values& volume, size_t n) {
  Values all = unknowns(price.size());
  for (size_t last = n == 0 ? 0 : n - 1; last < price.size(); ++last) {
    long double money = 0;
    long double amount = 0;
    for (size_t i = n == 0 ? 0 : last + 1 - n; i <= last; ++i) {
      money += static_cast<long double>(price[i]) * static_cast<long double>(volume[i]);
      amount += static_cast<long double>(volume[i]);
    }
    if (amount != 0) all[last] = static_cast<double>(money / amount);
  }
  return all;
}

Values typical(const Columns& x) {
  return each(x[0].size(), [&](size_t i) { return (x[0][i] + x[1][i] + x[2][i]) / 3; });
}

}  // namespace

Values sma(const Values& x, size_t n) {
  return after_unknown(x, [&](const Values& known) {
    return over_windows(known.size(), n, [&](size_t first, size_t last) {
      long double sum = 0;
      for (size_t i = first; i <= last; ++i) sum += static_cast<long double>(known[i]);
      return static_cast<double>(sum / static_cast<long double>(n));
    });
  });
}

Values ema(const Values& x, size_t n, double factor) {
  return seeded(x, n, [&](double value, double next) { return (next - value) * factor + value; });
}

Values rma(const Values& x, size_t n) {
  const auto count = static_cast<double>(n);
  return seeded(x, n, [&](double value, double next) { return (value * (count - 1) + next) / count; });
}

Values moving_average(const Values& x, size_t type, size_t n) {
  if (n == 1) return x;
  switch (type) {
    case 1: return ema(x, n);
    case 2: return wma(x, n);
    case 3: return dema(x, n);
    case 4: return tema(x, n);
    case 5: return trima(x, n);
    case 6: return kama(x, n);
    case 8: return t3(x, n, 0.7);
    default: return sma(x, n);
  }
}

size_t moving_average_lookback(size_t type, size_t n) {
  constexpr size_t kChained[] = {1, 1, 1, 2, 3, 1, 1, 1, 6};
  if (n == 1) return 0;
  return type == 6 ? n : kChained[type] * (n - 1);
}

void add_averages(NaiveRows& rows) {
  rows["sma"] = [](const Columns& x, const double* p) { return Columns{sma(x[0], whole(p, 0))}; };
  rows["ema"] = [](const Columns& x, const double* p) { return Columns{ema(x[0], whole(p, 0))}; };
  rows["wma"] = [](const Columns& x, const double* p) { return Columns{wma(x[0], whole(p, 0))}; };
  rows["rma"] = [](const Columns& x, const double* p) { return Columns{rma(x[0], whole(p, 0))}; };
  rows["hma"] = [](const Columns& x, const double* p) { return Columns{hma(x[0], whole(p, 0))}; };
  rows["dema"] = [](const Columns& x, const double* p) { return Columns{dema(x[0], whole(p, 0))}; };
  rows["tema"] = [](const Columns& x, const double* p) { return Columns{tema(x[0], whole(p, 0))}; };
  rows["t3"] = [](const Columns& x, const double* p) { return Columns{t3(x[0], whole(p, 0), p[1])}; };
  rows["trima"] = [](const Columns& x, const double* p) { return Columns{trima(x[0], whole(p, 0))}; };
  rows["kama"] = [](const Columns& x, const double* p) { return Columns{kama(x[0], whole(p, 0))}; };
  rows["vwma"] = [](const Columns& x, const double* p) {
    return Columns{volume_weighted(x[0], x[1], whole(p, 0))};
  };
  rows["vwap"] = [](const Columns& x, const double* p) {
    return Columns{volume_weighted(typical(x), x[3], whole(p, 0))};
  };
}

}  // namespace tickscan::scan::testing
