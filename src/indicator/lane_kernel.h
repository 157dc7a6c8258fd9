// Makes a Kernel of a step on a small struct, for indicators whose whole state is a few numbers.
//
//   struct Step {
//     struct Lane { double …; };   // numbers only, all 0 in a lane that begins
//     static constexpr uint32_t kInputs, kOutputs;
//     static uint32_t lookback(const double* p);
//     static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y);
//   };
//
// n counts the lane's klines from its (re)start: 0, 1, … and stays at lookback + 1. Before kline `lookback`
// the outputs are unknown, whatever the step has written. The rest is as in stepped.h.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "base/bits.h"
#include "indicator/stepped.h"

namespace tickscan::indicator {

// A struct of numbers, kept in rows of the state.
template <bool kWrite, typename T>
class Kept {
 public:
  explicit Kept(Column<kWrite>& column) : scalars_(column.scalars(kCount)) {}

  T get() const {
    Numbers numbers;
    for (uint32_t i = 0; i < kCount; ++i) numbers[i] = scalars_[i];
    return bit_cast<T>(numbers);
  }
  void set(const T& value) const {
    const auto numbers = bit_cast<Numbers>(value);
    for (uint32_t i = 0; i < kCount; ++i) scalars_.set(i, numbers[i]);
  }

 private:
  static constexpr uint32_t kCount = sizeof(T) / sizeof(double);
  using Numbers = std::array<double, kCount>;
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) == sizeof(Numbers));

  Slice<kWrite> scalars_;
};

template <typename Step>
struct OfLane {
  template <bool kWrite>
  class Indicator {
   public:
    static constexpr uint32_t kInputs = Step::kInputs;
    static constexpr uint32_t kOutputs = Step::kOutputs;
    static uint32_t lookback(const double* p) { return Step::lookback(p); }

    Indicator(Column<kWrite>& column, const double* p) : p_(p), count_(column.scalars(1)), lane_(column) {}

    void step(const double* x, double* y) {
      const uint32_t first = lookback(p_);
      const uint32_t n = count_.whole(0);
      typename Step::Lane lane = lane_.get();
      Step::step(lane, n, p_, x, y);
      lane_.set(lane);
      if (n <= first) count_.set(0, n + 1);
      for (uint32_t i = 0; n < first && i < kOutputs; ++i) y[i] = kUnknown;
    }

   private:
    const double* p_;
    Slice<kWrite> count_;
    Kept<kWrite, typename Step::Lane> lane_;
  };
};

template <typename Step>
constexpr Kernel lane_kernel() {
  return stepped_kernel<OfLane<Step>::template Indicator>();
}

}  // namespace tickscan::indicator
