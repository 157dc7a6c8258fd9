// Trend, from its definitions.
#include <algorithm>
#include <numbers>

#include "scan/naive_rows.h"

namespace tickscan::scan::testing {

namespace {

// Wilder's running sums: those of klines 1 to n − 1, then sum − sum / n + value.
Values wilder_sums(const Values& x, size_t n) {
  Values sums(x.size(), 0.0);
  for (size_t i = 1; i < x.size(); ++i) {
    const double before = sums[i - 1];
    sums[i] = (i < n ? before : before - before / static_cast<double>(n)) + x[i];
  }
  return sums;
}

// Of the two movements only the larger one counts; where they are equal, none.
Values upward(const Values& high, const Values& low) {
  return each(high.size(), [&](size_t i) {
    if (i == 0) return 0.0;
    const double up = high[i] - high[i - 1];
    const double down = low[i - 1] - low[i];
    return up > 0 && up > down ? up : 0.0;
  });
}

Values downward(const Values& high, const Values& low) {
  return each(high.size(), [&](size_t i) {
    if (i == 0) return 0.0;
    const double up = high[i] - high[i - 1];
    const double down = low[i - 1] - low[i];
    return down > 0 && down > up ? down : 0.0;
  });
}

struct Directions {
  Values plus;
  Values minus;
};

Directions directions(const Columns& x, size_t n) {
  Values range = true_range(x);
  if (!range.empty()) range[0] = 0;
  const Values ranges = wilder_sums(range, n);
  const Values plus = wilder_sums(upward(x[0], x[1]), n);
  const Values minus = wilder_sums(downward(x[0], x[1]), n);
  const auto index = [&](const Values& sums) {
    return each(sums.size(), [&](size_t i) {
      if (i < n) return kNaN;
      return ranges[i] == 0 ? 0.0 : 100 * (sums[i] / ranges[i]);
    });
  };
  return {index(plus), index(minus)};
}

// NaN where nothing has moved.
Values moved_dx(const Columns& x, size_t n) {
  const Directions d = directions(x, n);
  return each(x[0].size(), [&](size_t i) {
    const double sum = d.plus[i] + d.minus[i];
    return sum == 0 ? kNaN : 100 * (std::fabs(d.minus[i] - d.plus[i]) / sum);
  });
}

Columns dx(const Columns& x, const double* p) {
  const size_t n = whole(p, 0);
  Values all = moved_dx(x, n);
  for (size_t i = n; i < all.size(); ++i) {
    if (std::isnan(all[i])) all[i] = i == n ? 0 : all[i - 1];
  }
  return {all};
}

Values adx(const Columns& x, size_t n) {
  const Values moved = moved_dx(x, n);
  Values all = unknowns(moved.size());
  const auto count = static_cast<double>(n);
  double value = 0;
  for (size_t i = n; i < moved.size(); ++i) {
    if (i < 2 * n) {
      value += std::isnan(moved[i]) ? 0 : moved[i];
      if (i == 2 * n - 1) value /= count;
    } else if (!std::isnan(moved[i])) {
      value = (value * (count - 1) + moved[i]) / count;
    }
    if (i >= 2 * n - 1) all[i] = value;
  }
  return all;
}

Columns adxr(const Columns& x, const double* p) {
  const size_t n = whole(p, 0);
  const Values value = adx(x, n);
  return {each(value.size(), [&](size_t i) { return i < n - 1 ? kNaN : (value[i] + value[i - n + 1]) / 2; })};
}

Columns movement(const Values& moves, size_t n) {
  Values sums = wilder_sums(moves, n);
  std::fill_n(sums.begin(), std::min(sums.size(), n > 1 ? n - 1 : 1), kNaN);
  return {sums};
}

// Of a window of n + 1 klines, where the latest extreme stands, in percent.
template <typename Beats>
Values recency(const Values& x, size_t n, Beats&& beats) {
  return over_windows(x.size(), n + 1, [&](size_t first, size_t last) {
    size_t best = last;
    for (size_t i = last; i-- > first;) {
      if (beats(x[i], x[best])) best = i;
    }
    return 100.0 / static_cast<double>(n) * static_cast<double>(n - (last - best));
  });
}

Columns aroon(const Columns& x, const double* p) {
  return {recency(x[1], whole(p, 0), [](double a, double b) { return a < b; }),
          recency(x[0], whole(p, 0), [](double a, double b) { return a > b; })};
}

Columns ichimoku(const Columns& x, const double* p) {
  const auto middle = [&](size_t n) {
    const Values top = highest(x[0], n);
    const Values bottom = lowest(x[1], n);
    return each(top.size(), [&](size_t i) { return (top[i] + bottom[i]) / 2; });
  };
  const Values tenkan = middle(whole(p, 0));
  const Values kijun = middle(whole(p, 1));
  const Values senkou = middle(whole(p, 2));
  const size_t back = whole(p, 3) - 1;
  Columns all(5, unknowns(x[0].size()));
  for (size_t i = back; i < x[0].size(); ++i) {
    const double a = (tenkan[i - back] + kijun[i - back]) / 2;
    const double b = senkou[i - back];
    if (std::isnan(a) || std::isnan(b)) continue;
    const double now[] = {tenkan[i], kijun[i], a, b, x[2][i]};
    for (size_t k = 0; k < 5; ++k) all[k][i] = now[k];
  }
  return all;
}

bool all_equal(const Values& x, size_t first, size_t last) {
  return std::all_of(x.begin() + static_cast<std::ptrdiff_t>(first),
                     x.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                     [&](double one) { return one == x[first]; });
}

long double mean_of(const Values& x, size_t first, size_t last) {
  long double sum = 0;
  for (size_t i = first; i <= last; ++i) sum += static_cast<long double>(x[i]);
  return sum / static_cast<long double>(last + 1 - first);
}

// Σ (a − mean a) · (b − mean b)
long double spread(const Values& a, const Values& b, size_t first, size_t last) {
  const long double mean_a = mean_of(a, first, last);
  const long double mean_b = mean_of(b, first, last);
  long double sum = 0;
  for (size_t i = first; i <= last; ++i) {
    sum += (static_cast<long double>(a[i]) - mean_a) * (static_cast<long double>(b[i]) - mean_b);
  }
  return sum;
}

// f(mean, slope, half the window's length) of the least-squares line of each window.
template <typename F>
Columns regression(const Columns& x, const double* p, F&& f) {
  const size_t n = whole(p, 0);
  const Values times = each(x[0].size(), [](size_t i) { return static_cast<double>(i); });
  return {over_windows(x[0].size(), n, [&](size_t first, size_t last) {
    const bool flat = all_equal(x[0], first, last);
    const double mean = flat ? x[0][first] : static_cast<double>(mean_of(x[0], first, last));
    const long double slope = flat ? 0 : spread(times, x[0], first, last) / spread(times, times, first, last);
    return f(mean, static_cast<double>(slope), static_cast<double>(n - 1) / 2);
  })};
}

Columns correl(const Columns& x, const double* p) {
  return {over_windows(x[0].size(), whole(p, 0), [&](size_t first, size_t last) {
    if (all_equal(x[0], first, last) || all_equal(x[1], first, last)) return 0.0;
    const long double whole_spread =
        std::sqrt(spread(x[0], x[0], first, last)) * std::sqrt(spread(x[1], x[1], first, last));
    return static_cast<double>(spread(x[0], x[1], first, last) / whole_spread);
  })};
}

Columns beta(const Columns& x, const double* p) {
  const auto returns = [](const Values& one) {
    return each(one.size(), [&](size_t i) {
      if (i == 0 || one[i - 1] == 0) return 0.0;
      return (one[i] - one[i - 1]) / one[i - 1];
    });
  };
  const Values a = returns(x[0]);
  const Values b = returns(x[1]);
  // The first kline has no return.
  return {over_windows(a.size(), whole(p, 0) + 1, [&](size_t before, size_t last) {
    const size_t first = before + 1;
    if (all_equal(a, first, last)) return 0.0;
    return static_cast<double>(spread(a, b, first, last) / spread(a, a, first, last));
  })};
}

}  // namespace

void add_trend(NaiveRows& rows) {
  rows["adx"] = [](const Columns& x, const double* p) { return Columns{adx(x, whole(p, 0))}; };
  rows["adxr"] = adxr;
  rows["dx"] = dx;
  rows["plus_di"] = [](const Columns& x, const double* p) {
    return Columns{directions(x, whole(p, 0)).plus};
  };
  rows["minus_di"] = [](const Columns& x, const double* p) {
    return Columns{directions(x, whole(p, 0)).minus};
  };
  rows["plus_dm"] = [](const Columns& x, const double* p) {
    return movement(upward(x[0], x[1]), whole(p, 0));
  };
  rows["minus_dm"] = [](const Columns& x, const double* p) {
    return movement(downward(x[0], x[1]), whole(p, 0));
  };
  rows["aroon"] = aroon;
  rows["aroonosc"] = [](const Columns& x, const double* p) {
    const Columns both = aroon(x, p);
    return Columns{each(both[0].size(), [&](size_t i) { return both[1][i] - both[0][i]; })};
  };
  rows["ichimoku"] = ichimoku;
  rows["linearreg"] = [](const Columns& x, const double* p) {
    return regression(x, p, [](double mean, double slope, double half) { return mean + slope * half; });
  };
  rows["linearreg_intercept"] = [](const Columns& x, const double* p) {
    return regression(x, p, [](double mean, double slope, double half) { return mean - slope * half; });
  };
  rows["linearreg_slope"] = [](const Columns& x, const double* p) {
    return regression(x, p, [](double, double slope, double) { return slope; });
  };
  rows["linearreg_angle"] = [](const Columns& x, const double* p) {
    return regression(x, p,
                      [](double, double slope, double) { return std::atan(slope) * 180 / std::numbers::pi; });
  };
  rows["correl"] = correl;
  rows["beta"] = beta;
}

}  // namespace tickscan::scan::testing
