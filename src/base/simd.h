// Comparisons of 64 doubles into a 64-bit mask: the one place with SIMD intrinsics. Compilers vectorise the
// arithmetic of a scan by themselves but not the packing of comparison results into bits; with
// i64x2.bitmask it is one instruction for two lanes. The twin without intrinsics is what runs natively.
//
// Bit i of each result belongs to lane i. Comparisons with NaN are false, as IEEE 754 says.
#pragma once

#include "base/lanes.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace tickscan::simd {

#ifdef __wasm_simd128__

template <typename Compare>
inline LaneMask pack(const double* a, const double* b, Compare compare) {
  LaneMask mask = 0;
  for (uint32_t lane = 0; lane < kLanes; lane += 2) {
    const v128_t both = compare(wasm_v128_load(a + lane), wasm_v128_load(b + lane));
    mask |= static_cast<LaneMask>(wasm_i64x2_bitmask(both)) << lane;
  }
  return mask;
}

inline LaneMask less(const double* a, const double* b) {
  return pack(a, b, [](v128_t x, v128_t y) { return wasm_f64x2_lt(x, y); });
}
inline LaneMask less_equal(const double* a, const double* b) {
  return pack(a, b, [](v128_t x, v128_t y) { return wasm_f64x2_le(x, y); });
}
inline LaneMask equal(const double* a, const double* b) {
  return pack(a, b, [](v128_t x, v128_t y) { return wasm_f64x2_eq(x, y); });
}
// x − x is 0 for finite x and NaN otherwise.
inline LaneMask finite(const double* a) {
  return pack(a, a,
              [](v128_t x, v128_t) { return wasm_f64x2_eq(wasm_f64x2_sub(x, x), wasm_f64x2_splat(0)); });
}
// −bound <= a <= bound
inline LaneMask within(const double* a, double bound) {
  return pack(
      a, a, [bound](v128_t x, v128_t) { return wasm_f64x2_le(wasm_f64x2_abs(x), wasm_f64x2_splat(bound)); });
}

#else

template <typename Compare>
inline LaneMask pack(const double* a, const double* b, Compare compare) {
  LaneMask mask = 0;
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    mask |= static_cast<LaneMask>(compare(a[lane], b[lane])) << lane;
  }
  return mask;
}

inline LaneMask less(const double* a, const double* b) {
  return pack(a, b, [](double x, double y) { return x < y; });
}
inline LaneMask less_equal(const double* a, const double* b) {
  return pack(a, b, [](double x, double y) { return x <= y; });
}
inline LaneMask equal(const double* a, const double* b) {
  return pack(a, b, [](double x, double y) { return x == y; });
}
inline LaneMask finite(const double* a) {
  return pack(a, a, [](double x, double) { return x - x == 0.0; });
}
inline LaneMask within(const double* a, double bound) {
  return pack(a, a, [bound](double x, double) { return x <= bound && x >= -bound; });
}

#endif

}  // namespace tickscan::simd
