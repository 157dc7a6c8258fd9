// Comparisons of 64 doubles into a 64-bit mask: the one place with SIMD intrinsics. Compilers vectorise the
// arithmetic of a scan by themselves but not the packing of comparison results into bits; with i64x2.bitmask
// (movmskpd natively) it is one instruction for two lanes. The twin without intrinsics is for other machines.
//
// Bit i of each result belongs to lane i. Comparisons with NaN are false, as IEEE 754 says.
#pragma once

#include "base/lanes.h"

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tickscan::simd {

// Two lanes, and what is asked of them.
#if defined(__wasm_simd128__)
struct Pair {
  v128_t lanes;
  static Pair load(const double* from) { return {wasm_v128_load(from)}; }
  static Pair of(double x) { return {wasm_f64x2_splat(x)}; }
  [[nodiscard]] uint32_t bits() const { return wasm_i64x2_bitmask(lanes); }
};
inline Pair operator-(Pair a, Pair b) { return {wasm_f64x2_sub(a.lanes, b.lanes)}; }
inline Pair operator<(Pair a, Pair b) { return {wasm_f64x2_lt(a.lanes, b.lanes)}; }
inline Pair operator<=(Pair a, Pair b) { return {wasm_f64x2_le(a.lanes, b.lanes)}; }
inline Pair operator==(Pair a, Pair b) { return {wasm_f64x2_eq(a.lanes, b.lanes)}; }
inline Pair operator&(Pair a, Pair b) { return {wasm_v128_and(a.lanes, b.lanes)}; }
#elif defined(__SSE2__)
struct Pair {
  __m128d lanes;
  static Pair load(const double* from) { return {_mm_loadu_pd(from)}; }
  static Pair of(double x) { return {_mm_set1_pd(x)}; }
  [[nodiscard]] uint32_t bits() const { return static_cast<uint32_t>(_mm_movemask_pd(lanes)); }
};
inline Pair operator-(Pair a, Pair b) { return {_mm_sub_pd(a.lanes, b.lanes)}; }
inline Pair operator<(Pair a, Pair b) { return {_mm_cmplt_pd(a.lanes, b.lanes)}; }
inline Pair operator<=(Pair a, Pair b) { return {_mm_cmple_pd(a.lanes, b.lanes)}; }
inline Pair operator==(Pair a, Pair b) { return {_mm_cmpeq_pd(a.lanes, b.lanes)}; }
inline Pair operator&(Pair a, Pair b) { return {_mm_and_pd(a.lanes, b.lanes)}; }
#else
struct Pair {
  double first;
  double second;
  static Pair load(const double* from) { return {from[0], from[1]}; }
  static Pair of(double x) { return {x, x}; }
  // Of a comparison's result: 1 is true.
  [[nodiscard]] uint32_t bits() const {
    return static_cast<uint32_t>(first) | static_cast<uint32_t>(second) << 1;
  }
};
inline Pair operator-(Pair a, Pair b) { return {a.first - b.first, a.second - b.second}; }
inline Pair operator<(Pair a, Pair b) {
  return {static_cast<double>(a.first < b.first), static_cast<double>(a.second < b.second)};
}
inline Pair operator<=(Pair a, Pair b) {
  return {static_cast<double>(a.first <= b.first), static_cast<double>(a.second <= b.second)};
}
inline Pair operator==(Pair a, Pair b) {
  return {static_cast<double>(a.first == b.first), static_cast<double>(a.second == b.second)};
}
// Of comparisons' results.
inline Pair operator&(Pair a, Pair b) { return {a.first * b.first, a.second * b.second}; }
#endif

// of(lane) gives the truth of the lane and its successor.
template <typename Of>
inline LaneMask pack(Of of) {
  // Two halves of 32 bits, because shifts of 64-bit words by a variable are slow where a loop is not unrolled.
  uint32_t halves[2] = {0, 0};
  for (uint32_t half = 0; half < 2; ++half) {
    for (uint32_t lane = 0; lane < kLanes / 2; lane += 2) {
      halves[half] |= of(half * kLanes / 2 + lane).bits() << lane;
    }
  }
  return halves[0] | static_cast<LaneMask>(halves[1]) << (kLanes / 2);
}

inline LaneMask less(const double* a, const double* b) {
  return pack([=](uint32_t lane) { return Pair::load(a + lane) < Pair::load(b + lane); });
}
inline LaneMask less_equal(const double* a, const double* b) {
  return pack([=](uint32_t lane) { return Pair::load(a + lane) <= Pair::load(b + lane); });
}
inline LaneMask equal(const double* a, const double* b) {
  return pack([=](uint32_t lane) { return Pair::load(a + lane) == Pair::load(b + lane); });
}
inline LaneMask equal_to(const double* a, double b) {
  const Pair right = Pair::of(b);
  return pack([=](uint32_t lane) { return Pair::load(a + lane) == right; });
}
// x − x is 0 for finite x and NaN otherwise.
inline LaneMask finite(const double* a) {
  const Pair zero = Pair::of(0);
  return pack([=](uint32_t lane) {
    const Pair x = Pair::load(a + lane);
    return x - x == zero;
  });
}
// −bound <= a <= bound
inline LaneMask within(const double* a, double bound) {
  const Pair least = Pair::of(-bound);
  const Pair most = Pair::of(bound);
  return pack([=](uint32_t lane) {
    const Pair x = Pair::load(a + lane);
    return (least <= x) & (x <= most);
  });
}

}  // namespace tickscan::simd
