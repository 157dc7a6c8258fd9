// A kernel made from a lane's step: the step is written once, and `update` and `peek` are two instances of
// it. In `peek` the parts' stores compile to nothing and the state is const, so peek cannot differ from what
// update would output and cannot touch the state.
//
// An indicator is a template <bool kWrite> class I that is made of parts (parts.h) and has
//   static constexpr uint32_t kInputs, kOutputs;
//   static uint32_t lookback(const double* params);
//   I(Column<kWrite>& column, const double* params);        hands the column on to its parts, reads nothing
//   void step(const double* inputs, double* outputs);       usable inputs; outputs come in as kUnknown
// A part computes first and stores last: a value that it has set is not read again in the same step.
//
// The state is rows of 64 doubles; a lane is a column of them. Zero is the initial value of each scalar; a
// window's rows are read only where they were written. An input that is not usable restarts the lane, and an output that is not
// finite is unknown. What is kept stays finite: a ratio, whose divisor may be tiny, is tested before.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include "indicator/kernel.h"

namespace tickscan::indicator {

// Some rows of one lane.
template <bool kWrite>
class Slice {
 public:
  using Pointer = std::conditional_t<kWrite, double*, const double*>;

  Slice(Pointer column, uint32_t first) : column_(column), first_(first) {}

  double operator[](uint32_t row) const { return column_[size_t{first_ + row} * kLanes]; }
  uint32_t whole(uint32_t row) const { return static_cast<uint32_t>((*this)[row]); }
  void set([[maybe_unused]] uint32_t row, [[maybe_unused]] double value) const {
    if constexpr (kWrite) column_[size_t{first_ + row} * kLanes] = value;
  }

 private:
  Pointer column_;
  uint32_t first_;
};

// Hands out the rows of one lane, in the order in which the parts ask.
template <bool kWrite>
class Column {
 public:
  using Pointer = typename Slice<kWrite>::Pointer;

  // `clear` sets the scalars to 0 while they are handed out: that is the whole of a reset.
  explicit Column(Pointer column, bool clear = false) : column_(column), clear_(clear) {}

  Slice<kWrite> scalars(uint32_t count) {
    const Slice<kWrite> slice = window(count);
    if constexpr (kWrite) {
      for (uint32_t row = 0; clear_ && row < count; ++row) slice.set(row, 0);
    }
    return slice;
  }
  Slice<kWrite> window(uint32_t count) {
    const Slice<kWrite> slice(column_, taken_);
    taken_ += count;
    return slice;
  }
  uint32_t taken() const { return taken_; }

 private:
  Pointer column_;
  bool clear_;
  uint32_t taken_ = 0;
};

inline uint32_t whole_param(const double* params, uint32_t index) {
  return static_cast<uint32_t>(params[index]);
}

template <template <bool> class I>
struct Stepped {
  static constexpr uint32_t kInputs = I<false>::kInputs;
  static constexpr uint32_t kOutputs = I<false>::kOutputs;

  static size_t state_bytes(const double* params) {
    Column<false> column(nullptr);
    const I<false> unused(column, params);
    return (column.taken() == 0 ? 1 : column.taken()) * kLanes * sizeof(double);
  }

  static void reset(void* memory, const double* params, LaneMask lanes) {
    for_each_set(lanes, [=](uint32_t lane) {
      Column<true> column(static_cast<double*>(memory) + lane, true);
      const I<true> unused(column, params);
    });
  }

  static void update(void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
    for_each_set(lanes, [=](uint32_t lane) {
      if (!step<true>(static_cast<double*>(memory), params, inputs, lane, outputs)) {
        reset(memory, params, lane_bit(lane));
      }
    });
  }

  static void peek(const void* memory, const double* params, Inputs inputs, LaneMask lanes, Outputs outputs) {
    for_each_set(lanes, [=](uint32_t lane) {
      step<false>(static_cast<const double*>(memory), params, inputs, lane, outputs);
    });
  }

 private:
  // A step with its branches is never turned into SIMD, so a second copy of it for full masks, which
  // for_each_lane would make, only makes the module larger.
  template <typename F>
  static void for_each_set(LaneMask lanes, F&& f) {
    for (; lanes != 0; lanes &= lanes - 1) f(static_cast<uint32_t>(std::countr_zero(lanes)));
  }

  // False if an input is not usable: nothing was done but to set the outputs to unknown.
  template <bool kWrite>
  static bool step(typename Column<kWrite>::Pointer memory, const double* params, Inputs inputs,
                   uint32_t lane, Outputs outputs) {
    double in[kInputs];
    double out[kOutputs];
    bool fit = true;
    for (uint32_t i = 0; i < kInputs; ++i) {
      in[i] = inputs[i][lane];
      fit = fit && usable(in[i]);
    }
    for (uint32_t i = 0; i < kOutputs; ++i) out[i] = kUnknown;
    if (fit) {
      Column<kWrite> column(memory + lane);
      I<kWrite>(column, params).step(in, out);
    }
    for (uint32_t i = 0; i < kOutputs; ++i) outputs[i][lane] = finite_or_unknown(out[i]);
    return fit;
  }
};

template <template <bool> class I>
constexpr Kernel stepped_kernel() {
  using S = Stepped<I>;
  return {I<false>::lookback, S::state_bytes, S::reset, S::update, S::peek};
}

}  // namespace tickscan::indicator
