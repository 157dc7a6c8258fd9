// Momentum, from its definitions.
#include <algorithm>
#include <array>

#include "scan/naive_rows.h"

namespace tickscan::scan::testing {

namespace {

struct Moves {
  Values gain;
  Values loss;
};

// Wilder's averages of the rises and of the falls.
Moves moves(const Values& x, size_t n) {
  Values gain = unknowns(x.size());
  Values loss = unknowns(x.size());
  for (size_t i = 1; i < x.size(); ++i) {
    gain[i] = std::max(x[i] - x[i - 1], 0.0);
    loss[i] = std::max(x[i - 1] - x[i], 0.0);
  }
  return {rma(gain, n), rma(loss, n)};
}

Values rsi(const Values& x, size_t n) {
  const Moves m = moves(x, n);
  return each(x.size(), [&](size_t i) {
    const double total = m.gain[i] + m.loss[i];
    return total == 0 ? 0.0 : 100 * (m.gain[i] / total);
  });
}

Values cmo(const Values& x, size_t n) {
  const Moves m = moves(x, n);
  return each(x.size(), [&](size_t i) {
    const double total = m.gain[i] + m.loss[i];
    return total == 0 ? 0.0 : 100 * ((m.gain[i] - m.loss[i]) / total);
  });
}

// Without the first `count` values, which stay unknown.
Values without_first(Values x, size_t count) {
  std::fill_n(x.begin(), std::min(count, x.size()), kNaN);
  return x;
}

// The three outputs begin together, with the signal.
Columns lines_of(const Values& fast, const Values& slow, auto&& signal_of) {
  const Values line = each(fast.size(), [&](size_t i) { return fast[i] - slow[i]; });
  const Values signal = signal_of(line);
  Columns all(3, unknowns(line.size()));
  for (size_t i = 0; i < line.size(); ++i) {
    if (std::isnan(signal[i])) continue;
    all[0][i] = line[i];
    all[1][i] = signal[i];
    all[2][i] = line[i] - signal[i];
  }
  return all;
}

Columns macd(const Columns& x, const double* p) {
  const size_t fast = std::min(whole(p, 0), whole(p, 1));
  const size_t slow = std::max(whole(p, 0), whole(p, 1));
  return lines_of(ema(without_first(x[0], slow - fast), fast), ema(x[0], slow),
                  [&](const Values& line) { return ema(line, whole(p, 2)); });
}

Columns macdfix(const Columns& x, const double* p) {
  return lines_of(ema(without_first(x[0], 14), 12, 0.15), ema(x[0], 26, 0.075),
                  [&](const Values& line) { return ema(line, whole(p, 0)); });
}

Columns macdext(const Columns& x, const double* p) {
  struct Line {
    size_t n;
    size_t type;
  };
  Line fast{whole(p, 0), whole(p, 1)};
  Line slow{whole(p, 2), whole(p, 3)};
  if (slow.n < fast.n) std::swap(fast, slow);
  const size_t fast_lookback = moving_average_lookback(fast.type, fast.n);
  const size_t slow_lookback = moving_average_lookback(slow.type, slow.n);
  const size_t first = std::max(fast_lookback, slow_lookback);
  return lines_of(moving_average(without_first(x[0], first - fast_lookback), fast.type, fast.n),
                  moving_average(without_first(x[0], first - slow_lookback), slow.type, slow.n),
                  [&](const Values& line) { return moving_average(line, whole(p, 5), whole(p, 4)); });
}

// Where the close stands between the window's extremes, in percent.
Values raw_k(const Values& high, const Values& low, const Values& close, size_t n) {
  const Values top = highest(high, n);
  const Values bottom = lowest(low, n);
  return each(close.size(), [&](size_t i) {
    const double range = (top[i] - bottom[i]) / 100;
    return range == 0 ? 0.0 : (close[i] - bottom[i]) / range;
  });
}

Columns where_d_is_known(const Values& k, const Values& d) {
  return {each(k.size(), [&](size_t i) { return std::isnan(d[i]) ? kNaN : k[i]; }), d};
}

Columns stoch(const Columns& x, const double* p) {
  const Values k = moving_average(raw_k(x[0], x[1], x[2], whole(p, 0)), whole(p, 2), whole(p, 1));
  return where_d_is_known(k, moving_average(k, whole(p, 4), whole(p, 3)));
}

Columns stochf(const Columns& x, const double* p) {
  const Values k = raw_k(x[0], x[1], x[2], whole(p, 0));
  return where_d_is_known(k, moving_average(k, whole(p, 2), whole(p, 1)));
}

Columns stochrsi(const Columns& x, const double* p) {
  const Values r = rsi(x[0], whole(p, 0));
  const Values k = raw_k(r, r, r, whole(p, 1));
  return where_d_is_known(k, moving_average(k, whole(p, 3), whole(p, 2)));
}

Values typical(const Columns& x) {
  return each(x[0].size(), [&](size_t i) { return (x[0][i] + x[1][i] + x[2][i]) / 3; });
}

Columns cci(const Columns& x, const double* p) {
  const size_t n = whole(p, 0);
  const Values price = typical(x);
  const Values mean = sma(price, n);
  return {over_windows(price.size(), n, [&](size_t first, size_t last) {
    long double deviation = 0;
    for (size_t i = first; i <= last; ++i) deviation += std::fabs(price[i] - mean[last]);
    const double distance = price[last] - mean[last];
    if (distance == 0 || deviation == 0) return 0.0;
    return static_cast<double>(distance / (0.015L * deviation / static_cast<long double>(n)));
  })};
}

Columns mfi(const Columns& x, const double* p) {
  const size_t n = whole(p, 0);
  const Values price = typical(x);
  return {over_windows(price.size(), n + 1, [&](size_t first, size_t last) {
    long double in = 0;
    long double out = 0;
    for (size_t i = first + 1; i <= last; ++i) {
      const double flow = price[i] * x[3][i];
      if (price[i] > price[i - 1]) in += static_cast<long double>(flow);
      if (price[i] < price[i - 1]) out += static_cast<long double>(flow);
    }
    return in + out == 0 ? 0.0 : static_cast<double>(100 * (in / (in + out)));
  })};
}

Columns willr(const Columns& x, const double* p) {
  const Values top = highest(x[0], whole(p, 0));
  const Values bottom = lowest(x[1], whole(p, 0));
  return {each(top.size(), [&](size_t i) {
    const double range = top[i] - bottom[i];
    return range == 0 ? 0.0 : -100 * (top[i] - x[2][i]) / range;
  })};
}

// f(now, n values ago)
template <typename F>
Columns against_past(const Columns& x, const double* p, F&& f) {
  const size_t n = whole(p, 0);
  return {each(x[0].size(), [&](size_t i) { return i < n ? kNaN : f(x[0][i], x[0][i - n]); })};
}

Columns ultosc(const Columns& x, const double* p) {
  std::array<size_t, 3> n{whole(p, 0), whole(p, 1), whole(p, 2)};
  std::sort(n.begin(), n.end());
  return {over_windows(x[0].size(), n[2] + 1, [&](size_t, size_t last) {
    double total = 0;
    for (size_t k = 0; k < 3; ++k) {
      long double pressure = 0;
      long double range = 0;
      for (size_t i = last + 1 - n[k]; i <= last; ++i) {
        const double before = x[2][i - 1];
        pressure += static_cast<long double>(x[2][i] - std::min(x[1][i], before));
        range += static_cast<long double>(std::max(x[0][i], before) - std::min(x[1][i], before));
      }
      if (range != 0) total += static_cast<double>(pressure / range) * static_cast<double>(4 >> k);
    }
    return 100 * total / 7;
  })};
}

Columns trix(const Columns& x, const double* p) {
  const size_t n = whole(p, 0);
  const Values smooth = ema(ema(ema(x[0], n), n), n);
  return {each(smooth.size(), [&](size_t i) {
    if (i == 0 || std::isnan(smooth[i - 1])) return kNaN;
    return smooth[i - 1] == 0 ? 0.0 : (smooth[i] / smooth[i - 1] - 1) * 100;
  })};
}

Columns ao(const Columns& x, const double* p) {
  const Values middle = each(x[0].size(), [&](size_t i) { return (x[0][i] + x[1][i]) / 2; });
  const Values fast = sma(middle, std::min(whole(p, 0), whole(p, 1)));
  const Values slow = sma(middle, std::max(whole(p, 0), whole(p, 1)));
  return {each(middle.size(), [&](size_t i) { return fast[i] - slow[i]; })};
}

struct Pair {
  Values fast;
  Values slow;
};

Pair averages(const Columns& x, const double* p) {
  return {moving_average(x[0], whole(p, 2), std::min(whole(p, 0), whole(p, 1))),
          moving_average(x[0], whole(p, 2), std::max(whole(p, 0), whole(p, 1)))};
}

Columns apo(const Columns& x, const double* p) {
  const Pair a = averages(x, p);
  return {each(a.fast.size(), [&](size_t i) { return a.fast[i] - a.slow[i]; })};
}

Columns ppo(const Columns& x, const double* p) {
  const Pair a = averages(x, p);
  return {each(a.fast.size(),
               [&](size_t i) { return a.slow[i] == 0 ? 0.0 : (a.fast[i] - a.slow[i]) / a.slow[i] * 100; })};
}

}  // namespace

void add_momentum(NaiveRows& rows) {
  rows["rsi"] = [](const Columns& x, const double* p) { return Columns{rsi(x[0], whole(p, 0))}; };
  rows["cmo"] = [](const Columns& x, const double* p) { return Columns{cmo(x[0], whole(p, 0))}; };
  rows["macd"] = macd;
  rows["macdext"] = macdext;
  rows["macdfix"] = macdfix;
  rows["stoch"] = stoch;
  rows["stochf"] = stochf;
  rows["stochrsi"] = stochrsi;
  rows["cci"] = cci;
  rows["mfi"] = mfi;
  rows["willr"] = willr;
  rows["ultosc"] = ultosc;
  rows["trix"] = trix;
  rows["ao"] = ao;
  rows["apo"] = apo;
  rows["ppo"] = ppo;
  rows["mom"] = [](const Columns& x, const double* p) {
    return against_past(x, p, [](double now, double past) { return now - past; });
  };
  rows["roc"] = [](const Columns& x, const double* p) {
    return against_past(x, p, [](double now, double past) { return past == 0 ? 0 : (now / past - 1) * 100; });
  };
  rows["rocp"] = [](const Columns& x, const double* p) {
    return against_past(x, p, [](double now, double past) { return past == 0 ? 0 : (now - past) / past; });
  };
  rows["rocr"] = [](const Columns& x, const double* p) {
    return against_past(x, p, [](double now, double past) { return past == 0 ? 0 : now / past; });
  };
  rows["rocr100"] = [](const Columns& x, const double* p) {
    return against_past(x, p, [](double now, double past) { return past == 0 ? 0 : now / past * 100; });
  };
  rows["bop"] = [](const Columns& x, const double*) {
    return Columns{each(x[0].size(), [&](size_t i) {
      const double range = x[1][i] - x[2][i];
      return range <= 0 ? 0.0 : (x[3][i] - x[0][i]) / range;
    })};
  };
}

}  // namespace tickscan::scan::testing
