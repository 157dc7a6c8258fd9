// The parts of which stepped indicators are made: windows, exact sums, extremes, averages.
//
// A part takes one value per step through `next` and returns its own, kUnknown while it is not ready. An
// unknown value is passed on and changes nothing, so parts chain without further tests.
#pragma once

#include "base/double_double.h"
#include "indicator/exact.h"
#include "indicator/stepped.h"

namespace tickscan::indicator {

inline bool is_unknown(double x) { return x != x; }

// The last `size` values. Read before push: push makes the present value the newest of the past.
template <bool kWrite>
class Ring {
 public:
  Ring(Column<kWrite>& column, uint32_t size)
      : size_(size), scalars_(column.scalars(2)), values_(column.window(size)) {}

  uint32_t filled() const { return scalars_.whole(0); }
  bool full() const { return filled() == size_; }
  // The value that push replaces, when full.
  double oldest() const { return values_[scalars_.whole(1)]; }
  // The value of `count` steps before the present one, 1 <= count <= filled.
  double ago(uint32_t count) const {
    const uint32_t position = scalars_.whole(1);
    return values_[position >= count ? position - count : position + size_ - count];
  }
  void push([[maybe_unused]] double x) {
    if constexpr (kWrite) {
      const uint32_t position = scalars_.whole(1);
      values_.set(position, x);
      scalars_.set(1, position + 1 == size_ ? 0 : position + 1);
      if (!full()) scalars_.set(0, filled() + 1);
    }
  }

 private:
  uint32_t size_;
  Slice<kWrite> scalars_;  // filled, position
  Slice<kWrite> values_;
};

// A sliding sum. A window of zeros only has the sum 0 exactly, whatever went through it before.
template <bool kWrite>
class ExactSum {
 public:
  explicit ExactSum(Column<kWrite>& column) : scalars_(column.scalars(3)) {}

  DoubleDouble next(double added, double removed) {
    const double nonzero = scalars_[2] + (added != 0 ? 1 : 0) - (removed != 0 ? 1 : 0);
    DoubleDouble sum{scalars_[0], scalars_[1]};
    sum = nonzero == 0 ? DoubleDouble{} : sum.plus(added).plus(-removed);
    scalars_.set(0, sum.hi);
    scalars_.set(1, sum.lo);
    scalars_.set(2, nonzero);
    return sum;
  }

 private:
  Slice<kWrite> scalars_;  // hi, lo, values that are not 0
};

// Highest (or lowest) of the last `period` values, and its age: a monotonic queue, so O(1) amortised.
template <bool kWrite, bool kHighest>
class Extreme {
 public:
  Extreme(Column<kWrite>& column, uint32_t period)
      : period_(period),
        scalars_(column.scalars(3)),
        values_(column.window(period)),
        times_(column.window(period)) {}

  struct Found {
    double value;
    double age;  // steps since it was the present value; 0 for x. The latest of equal values counts
  };

  double next(double x) { return find(x).value; }

  Found find(double x) {
    if (is_unknown(x)) return {kUnknown, kUnknown};
    const double now = scalars_[0];
    uint32_t head = scalars_.whole(1);
    uint32_t size = scalars_.whole(2);
    if (size > 0 && times_[head] + period_ <= now) {
      head = wrapped(head + 1);
      --size;
    }
    // Every value of the queue beats those behind it, so its front is the extreme of the past.
    const bool earlier = size > 0 && beats(values_[head], x);
    const Found found = earlier ? Found{values_[head], now - times_[head]} : Found{x, 0};
    if constexpr (kWrite) {
      while (size > 0 && !beats(values_[wrapped(head + size - 1)], x)) --size;
      const uint32_t slot = wrapped(head + size);
      values_.set(slot, x);
      times_.set(slot, now);
      scalars_.set(0, now + 1);
      scalars_.set(1, head);
      scalars_.set(2, size + 1);
    }
    return now + 1 >= period_ ? found : Found{kUnknown, kUnknown};
  }

 private:
  static bool beats(double a, double b) { return kHighest ? a > b : a < b; }
  uint32_t wrapped(uint32_t slot) const { return slot >= period_ ? slot - period_ : slot; }

  uint32_t period_;
  Slice<kWrite> scalars_;  // steps so far, head, size
  Slice<kWrite> values_;
  Slice<kWrite> times_;
};

template <bool kWrite>
using Highest = Extreme<kWrite, true>;
template <bool kWrite>
using Lowest = Extreme<kWrite, false>;

// Mean of the last `period` values, rounded once.
template <bool kWrite>
class Sma {
 public:
  Sma(Column<kWrite>& column, uint32_t period) : period_(period), ring_(column, period), sum_(column) {}

  double next(double x) {
    if (is_unknown(x)) return kUnknown;
    const bool ready = ring_.filled() + 1 >= period_;
    const DoubleDouble sum = sum_.next(x, ring_.full() ? ring_.oldest() : 0);
    ring_.push(x);
    return ready ? sum.divided_by(period_) : kUnknown;
  }

 private:
  uint32_t period_;
  Ring<kWrite> ring_;
  ExactSum<kWrite> sum_;
};

// A recursion that starts with the mean of its first `period` values; Next gives the value after it.
template <bool kWrite>
class Seeded {
 public:
  Seeded(Column<kWrite>& column, uint32_t period) : period_(period), scalars_(column.scalars(2)) {}

  template <typename Next>
  double next(double x, Next&& following) {
    if (is_unknown(x)) return kUnknown;
    const double count = scalars_[1];
    double value = scalars_[0];
    if (count == period_) {
      value = following(value);
    } else {
      value += x;
      if (count + 1 == period_) value /= period_;
      scalars_.set(1, count + 1);
    }
    scalars_.set(0, value);
    return count + 1 >= period_ ? value : kUnknown;
  }

 private:
  uint32_t period_;
  Slice<kWrite> scalars_;  // while filling the sum, then the value; values seen, at most period
};

// Exponential average in TA-Lib's order of operations; the factor is 2 / (period + 1) unless it is given.
template <bool kWrite>
class Ema {
 public:
  Ema(Column<kWrite>& column, uint32_t period) : Ema(column, period, 2.0 / (period + 1.0)) {}
  Ema(Column<kWrite>& column, uint32_t period, double factor) : seeded_(column, period), factor_(factor) {}

  double next(double x) {
    return seeded_.next(x, [&](double value) { return (x - value) * factor_ + value; });
  }

 private:
  Seeded<kWrite> seeded_;
  double factor_;
};

// Wilder's average: (value · (period − 1) + x) / period.
template <bool kWrite>
class Rma {
 public:
  Rma(Column<kWrite>& column, uint32_t period) : period_(period), seeded_(column, period) {}

  double next(double x) {
    return seeded_.next(x, [&](double value) { return (value * (period_ - 1) + x) / period_; });
  }

 private:
  double period_;
  Seeded<kWrite> seeded_;
};

// Weights 1 … period, the newest value having the largest. Both sums slide, and neither drifts:
// weighted' = weighted − plain + period · x.
template <bool kWrite>
class Wma {
 public:
  Wma(Column<kWrite>& column, uint32_t period)
      : period_(period), ring_(column, period), scalars_(column.scalars(4)) {}

  double next(double x) {
    if (is_unknown(x)) return kUnknown;
    const uint32_t filled = ring_.filled();
    DoubleDouble plain{scalars_[0], scalars_[1]};
    DoubleDouble weighted{scalars_[2], scalars_[3]};
    if (filled == period_) {
      weighted = sum_of(difference_of(weighted, plain), exact_product(period_, x));
      plain = plain.plus(x).plus(-ring_.oldest());
    } else {
      weighted = sum_of(weighted, exact_product(filled + 1, x));
      plain = plain.plus(x);
    }
    ring_.push(x);
    scalars_.set(0, plain.hi);
    scalars_.set(1, plain.lo);
    scalars_.set(2, weighted.hi);
    scalars_.set(3, weighted.lo);
    return filled + 1 >= period_ ? weighted.divided_by(period_ * (period_ + 1.0) / 2) : kUnknown;
  }

 private:
  uint32_t period_;
  Ring<kWrite> ring_;
  Slice<kWrite> scalars_;  // plain sum, weighted sum
};

template <bool kWrite>
class Dema {
 public:
  Dema(Column<kWrite>& column, uint32_t period) : first_(column, period), second_(column, period) {}

  double next(double x) {
    const double first = first_.next(x);
    return 2.0 * first - second_.next(first);
  }

 private:
  Ema<kWrite> first_;
  Ema<kWrite> second_;
};

template <bool kWrite>
class Tema {
 public:
  Tema(Column<kWrite>& column, uint32_t period)
      : first_(column, period), second_(column, period), third_(column, period) {}

  double next(double x) {
    const double first = first_.next(x);
    const double second = second_.next(first);
    return third_.next(second) + (3.0 * first - 3.0 * second);
  }

 private:
  Ema<kWrite> first_;
  Ema<kWrite> second_;
  Ema<kWrite> third_;
};

// Weights 1, 2, … up to the middle and down again: the sum of the last `outer` sums of `inner` values, in one exact
// sum that is rounded once (a mean of rounded means decides ties by rounding). Each step adds the newest inner
// sum and takes away the one that leaves.
template <bool kWrite>
class Trima {
 public:
  Trima(Column<kWrite>& column, uint32_t period)
      : inner_(period / 2 + 1),
        outer_((period + 1) / 2),
        ring_(column, period),
        scalars_(column.scalars(7)) {}

  double next(double x) {
    if (is_unknown(x)) return kUnknown;
    const bool ready = ring_.filled() + 1 >= inner_ + outer_ - 1;
    const double removed = ring_.full() ? ring_.oldest() : 0;
    const double nonzero = scalars_[6] + (x != 0 ? 1 : 0) - (removed != 0 ? 1 : 0);
    DoubleDouble newest{};
    DoubleDouble total{};
    if (nonzero != 0) {
      newest = DoubleDouble{scalars_[0], scalars_[1]}.plus(x);
      total = sum_of(DoubleDouble{scalars_[4], scalars_[5]}, newest);
    }
    const double value = total.divided_by(static_cast<double>(inner_) * outer_);
    if constexpr (kWrite) advance(x, nonzero, newest, total);
    return ready ? value : kUnknown;
  }

 private:
  // Takes away what the next step will no longer count.
  void advance(double x, double nonzero, DoubleDouble newest, DoubleDouble total) {
    ring_.push(x);
    const uint32_t count = ring_.filled();
    DoubleDouble leaving{};
    if (nonzero != 0) {
      leaving = {scalars_[2], scalars_[3]};
      if (count >= outer_) {
        leaving = leaving.plus(ring_.ago(outer_));
        total = difference_of(total, leaving);
      }
      if (ring_.full()) leaving = leaving.plus(-ring_.oldest());
      if (count >= inner_) newest = newest.plus(-ring_.ago(inner_));
    }
    const double kept[] = {newest.hi, newest.lo, leaving.hi, leaving.lo, total.hi, total.lo, nonzero};
    for (uint32_t i = 0; i < 7; ++i) scalars_.set(i, kept[i]);
  }

  uint32_t inner_;
  uint32_t outer_;
  Ring<kWrite> ring_;
  Slice<kWrite> scalars_;  // newest inner sum, the inner sum that leaves, their total; values that are not 0
};

// Kaufman's adaptive average, in TA-Lib's order of operations (ta_KAMA.c).
template <bool kWrite>
class Kama {
 public:
  Kama(Column<kWrite>& column, uint32_t period)
      : period_(period),
        values_(column, period),
        changes_(column, period),
        path_(column),
        scalars_(column.scalars(1)) {}

  double next(double x) {
    if (is_unknown(x)) return kUnknown;
    const uint32_t filled = values_.filled();
    if (filled == 0) {
      values_.push(x);
      scalars_.set(0, x);
      return kUnknown;
    }
    const double change = std::fabs(x - values_.ago(1));
    const double path = path_.next(change, changes_.full() ? changes_.oldest() : 0).hi;
    changes_.push(change);
    if (filled < period_) {
      values_.push(x);
      // The average starts from the input before its first output.
      scalars_.set(0, x);
      return kUnknown;
    }
    constexpr double kSlowest = 2.0 / (30.0 + 1.0);
    constexpr double kSpan = 2.0 / (2.0 + 1.0) - kSlowest;
    const double way = x - values_.oldest();
    const double efficiency = path <= way || path == 0 ? 1.0 : std::fabs(way / path);
    const double root = efficiency * kSpan + kSlowest;
    const double last = scalars_[0];
    const double value = (x - last) * (root * root) + last;
    values_.push(x);
    scalars_.set(0, value);
    return value;
  }

 private:
  uint32_t period_;
  Ring<kWrite> values_;
  Ring<kWrite> changes_;
  ExactSum<kWrite> path_;
  Slice<kWrite> scalars_;  // the average
};

// Wilder's averages of gains and of losses, as RSI and CMO use them: seeded with the means of the first
// `period` changes, in TA-Lib's order of operations.
template <bool kWrite>
class GainLoss {
 public:
  struct Pair {
    double gain;
    double loss;
  };

  GainLoss(Column<kWrite>& column, uint32_t period)
      : scalars_(column.scalars(2)), gain_(column, period), loss_(column, period) {}

  // Both kUnknown while not ready.
  Pair next(double x) {
    if (is_unknown(x)) return {kUnknown, kUnknown};
    const double change = x - scalars_[0];
    const bool first = scalars_[1] == 0;
    scalars_.set(0, x);
    scalars_.set(1, 1);
    if (first) return {kUnknown, kUnknown};
    return {gain_.next(change > 0 ? change : 0), loss_.next(change < 0 ? -change : 0)};
  }

 private:
  Slice<kWrite> scalars_;  // the value before, whether there is one
  Rma<kWrite> gain_;
  Rma<kWrite> loss_;
};

}  // namespace tickscan::indicator
