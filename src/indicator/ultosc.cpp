// Ultimate oscillator (L. Williams): 100 · (4 a1 + 2 a2 + a3) / 7, where a is Σ buying pressure / Σ true
// range over the shortest, the middle and the longest of three periods.
//
// Buying pressure is close − true low; true low and true range count the close before (ta_ULTOSC.c). A window
// without range adds 0. Sums are exact. First output at input max(periods).
#include <algorithm>
#include <array>
#include <cmath>

#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

constexpr double kWeights[3] = {4, 2, 1};

// The shortest first.
std::array<uint32_t, 3> sorted_periods(const double* params) {
  std::array<uint32_t, 3> periods{whole_param(params, 0), whole_param(params, 1), whole_param(params, 2)};
  std::sort(periods.begin(), periods.end());
  return periods;
}

template <bool kWrite>
class UltOsc {
 public:
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return sorted_periods(params)[2]; }

  UltOsc(Column<kWrite>& column, const double* params)
      : periods_(sorted_periods(params)),
        scalars_(column.scalars(2)),
        pressures_(column, periods_[2]),
        ranges_(column, periods_[2]),
        sums_{Sums(column), Sums(column), Sums(column)} {}

  void step(const double* inputs, double* outputs) {
    const double before = scalars_[0];
    const bool first = scalars_[1] == 0;
    scalars_.set(0, inputs[2]);
    scalars_.set(1, 1);
    if (first) return;
    const double low = std::min(inputs[1], before);
    const double pressure = inputs[2] - low;
    const double range =
        std::max({inputs[0] - inputs[1], std::fabs(before - inputs[0]), std::fabs(before - inputs[1])});
    const uint32_t filled = pressures_.filled();
    double total = 0;
    for (uint32_t i = 0; i < 3; ++i) {
      const bool full = filled >= periods_[i];
      const double up = sums_[i].pressure.next(pressure, full ? pressures_.ago(periods_[i]) : 0).hi;
      const double all = sums_[i].range.next(range, full ? ranges_.ago(periods_[i]) : 0).hi;
      if (all != 0) total += kWeights[i] * (up / all);
    }
    if (filled + 1 >= periods_[2]) outputs[0] = 100.0 * (total / 7.0);
    pressures_.push(pressure);
    ranges_.push(range);
  }

 private:
  struct Sums {
    explicit Sums(Column<kWrite>& column) : pressure(column), range(column) {}
    ExactSum<kWrite> pressure;
    ExactSum<kWrite> range;
  };

  std::array<uint32_t, 3> periods_;
  Slice<kWrite> scalars_;  // the close before, whether there is one
  Ring<kWrite> pressures_;
  Ring<kWrite> ranges_;
  std::array<Sums, 3> sums_;
};

}  // namespace

extern const Kernel ultosc_kernel;
const Kernel ultosc_kernel = stepped_kernel<UltOsc>();

}  // namespace tickscan::indicator
