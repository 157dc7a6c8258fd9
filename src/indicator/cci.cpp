// Commodity channel index: (p − mean) / (0.015 · mean deviation) of the typical price p = (high + low +
// close) / 3.
//
// As in ta_CCI.c the mean deviation is that of the window's prices from the present mean, so each of its
// terms changes with every price. The window is therefore also kept by size, with exact sums up to each
// place: the prices below the mean are found by bisection, and the deviation is two sums. `peek` is O(log
// period); `update`, once a kline, moves what lies between the price that goes and the one that comes, and
// the sums above. No deviation, or p on the mean exactly, gives 0. First output at input period − 1.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

// The prices of a window in rising order, and for each place the sum up to it.
template <bool kWrite>
class Sorted {
 public:
  Sorted(Column<kWrite>& column, uint32_t size)
      : values_(column.window(size)), high_sums_(column.window(size)), low_sums_(column.window(size)) {}

  // How many of the `count` values are below x.
  uint32_t below(double x, uint32_t count) const {
    uint32_t first = 0;
    while (count > 0) {
      const uint32_t half = count / 2;
      if (values_[first + half] < x) {
        first += half + 1;
        count -= half + 1;
      } else {
        count = half;
      }
    }
    return first;
  }
  // The sum of the first `count` values.
  DoubleDouble sum(uint32_t count) const {
    return count == 0 ? DoubleDouble{} : DoubleDouble{high_sums_[count - 1], low_sums_[count - 1]};
  }

  void insert([[maybe_unused]] double x, [[maybe_unused]] uint32_t count) {
    if constexpr (kWrite) {
      const uint32_t place = below(x, count);
      for (uint32_t i = count; i > place; --i) values_.set(i, values_[i - 1]);
      values_.set(place, x);
      add_up(place, count + 1);
    }
  }
  // Puts x in the place of `removed`, which is one of the `count` values.
  void replace([[maybe_unused]] double removed, [[maybe_unused]] double x, [[maybe_unused]] uint32_t count) {
    if constexpr (kWrite) {
      const uint32_t start = below(removed, count);
      uint32_t place = start;
      for (; place + 1 < count && values_[place + 1] < x; ++place) values_.set(place, values_[place + 1]);
      for (; place > 0 && values_[place - 1] > x; --place) values_.set(place, values_[place - 1]);
      values_.set(place, x);
      add_up(place < start ? place : start, count);
    }
  }

 private:
  void add_up(uint32_t first, uint32_t count) {
    DoubleDouble total = sum(first);
    for (uint32_t i = first; i < count; ++i) {
      total = total.plus(values_[i]);
      high_sums_.set(i, total.hi);
      low_sums_.set(i, total.lo);
    }
  }

  Slice<kWrite> values_;
  Slice<kWrite> high_sums_;
  Slice<kWrite> low_sums_;
};

template <bool kWrite>
class Cci {
 public:
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0) - 1; }

  Cci(Column<kWrite>& column, const double* params)
      : period_(whole_param(params, 0)), prices_(column, period_), sum_(column), sorted_(column, period_) {}

  void step(const double* inputs, double* outputs) {
    const double price = (inputs[0] + inputs[1] + inputs[2]) / 3.0;
    const uint32_t filled = prices_.filled();
    const bool full = filled == period_;
    const double removed = full ? prices_.oldest() : 0;
    const DoubleDouble sum = sum_.next(price, removed);
    if (filled + 1 >= period_) {
      const double mean = sum.divided_by(period_);
      const double distance = price - mean;
      // Prices below the mean: those of the past, without the one that goes, with the present one.
      uint32_t count = sorted_.below(mean, filled);
      DoubleDouble below = sorted_.sum(count);
      if (full && removed < mean) {
        below = below.plus(-removed);
        --count;
      }
      if (price < mean) {
        below = below.plus(price);
        ++count;
      }
      const DoubleDouble under = difference_of(exact_product(count, mean), below);
      const DoubleDouble over =
          difference_of(difference_of(sum, below), exact_product(period_ - count, mean));
      const double deviation = sum_of(under, over).hi;
      const bool flat = distance == 0 || deviation == 0;
      outputs[0] = flat ? 0.0 : distance / (0.015 * (deviation / period_));
    }
    if (full) {
      sorted_.replace(removed, price, period_);
    } else {
      sorted_.insert(price, filled);
    }
    prices_.push(price);
  }

 private:
  uint32_t period_;
  Ring<kWrite> prices_;
  ExactSum<kWrite> sum_;
  Sorted<kWrite> sorted_;
};

}  // namespace

extern const Kernel cci_kernel;
const Kernel cci_kernel = stepped_kernel<Cci>();

}  // namespace tickscan::indicator
