// Comparisons of 64 doubles into a 64-bit mask, and two such masks at once: the one place with SIMD intrinsics. Compilers
// vectorise the arithmetic of a scan by themselves but not the packing of comparison results into bits, which takes
// narrowing instructions and one bit mask for 16 lanes, nor logic of a condition's two words. The twin without intrinsics
// is for other machines.
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

// Sixteen lanes' truths, of(lane) to of(lane + 14), as 16 bits. Narrowing the pairs first takes one packing step for
// two of them, where a bit mask of each pair would take three; measured 1.6 times as fast.
template <typename Of>
inline uint32_t pack_sixteen(uint32_t lane, Of of) {
#if defined(__wasm_simd128__)
  const auto four = [&](uint32_t at) {
    return wasm_i32x4_shuffle(of(at).lanes, of(at + 2).lanes, 0, 2, 4, 6);
  };
  const auto eight = [&](uint32_t at) { return wasm_i16x8_narrow_i32x4(four(at), four(at + 4)); };
  return wasm_i8x16_bitmask(wasm_i8x16_narrow_i16x8(eight(lane), eight(lane + 8)));
#elif defined(__SSE2__)
  const auto four = [&](uint32_t at) {
    constexpr int kEven = _MM_SHUFFLE(2, 0, 2, 0);
    return _mm_castps_si128(
        _mm_shuffle_ps(_mm_castpd_ps(of(at).lanes), _mm_castpd_ps(of(at + 2).lanes), kEven));
  };
  const auto eight = [&](uint32_t at) { return _mm_packs_epi32(four(at), four(at + 4)); };
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(eight(lane), eight(lane + 8))));
#else
  uint32_t bits = 0;
  for (uint32_t i = 0; i < 16; i += 2) bits |= of(lane + i).bits() << i;
  return bits;
#endif
}

// of(lane) gives the truth of the lane and its successor.
template <typename Of>
inline LaneMask pack(Of of) {
  const uint32_t low = pack_sixteen(0, of) | pack_sixteen(16, of) << 16;
  const uint32_t high = pack_sixteen(32, of) | pack_sixteen(48, of) << 16;
  return low | static_cast<LaneMask>(high) << (kLanes / 2);
}

// One side of a comparison: a number for each lane, or the same one for all.
struct EachLane {
  const double* numbers;
  Pair operator()(uint32_t lane) const { return Pair::load(numbers + lane); }
};
struct AllLanes {
  Pair number;
  explicit AllLanes(double x) : number(Pair::of(x)) {}
  Pair operator()(uint32_t) const { return number; }
};

template <typename A, typename B>
inline LaneMask less(A a, B b) {
  return pack([=](uint32_t lane) { return a(lane) < b(lane); });
}
template <typename A, typename B>
inline LaneMask less_equal(A a, B b) {
  return pack([=](uint32_t lane) { return a(lane) <= b(lane); });
}
template <typename A, typename B>
inline LaneMask equal(A a, B b) {
  return pack([=](uint32_t lane) { return a(lane) == b(lane); });
}
inline LaneMask equal_to(const double* a, double b) { return equal(EachLane{a}, AllLanes(b)); }
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

// Two masks side by side, as a condition has them.
#if defined(__wasm_simd128__)
struct Words {
  v128_t both;
  static Words load(const LaneMask* from) { return {wasm_v128_load(from)}; }
  static Words of(LaneMask mask) { return {wasm_i64x2_splat(static_cast<int64_t>(mask))}; }
  void store(LaneMask* to) const { wasm_v128_store(to, both); }
};
inline Words operator&(Words a, Words b) { return {wasm_v128_and(a.both, b.both)}; }
inline Words operator|(Words a, Words b) { return {wasm_v128_or(a.both, b.both)}; }
// a where the mask has a bit, else b.
inline Words select(Words mask, Words a, Words b) { return {wasm_v128_bitselect(a.both, b.both, mask.both)}; }
inline Words first_and_second(Words a, Words b) { return {wasm_i64x2_shuffle(a.both, b.both, 0, 3)}; }
inline Words swapped(Words a) { return {wasm_i64x2_shuffle(a.both, a.both, 1, 0)}; }
#elif defined(__SSE2__)
struct Words {
  __m128i both;
  static Words load(const LaneMask* from) {
    return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))};
  }
  static Words of(LaneMask mask) { return {_mm_set1_epi64x(static_cast<int64_t>(mask))}; }
  void store(LaneMask* to) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), both); }
};
inline Words operator&(Words a, Words b) { return {_mm_and_si128(a.both, b.both)}; }
inline Words operator|(Words a, Words b) { return {_mm_or_si128(a.both, b.both)}; }
// a where the mask has a bit, else b.
inline Words select(Words mask, Words a, Words b) {
  return {_mm_or_si128(_mm_and_si128(mask.both, a.both), _mm_andnot_si128(mask.both, b.both))};
}
inline Words first_and_second(Words a, Words b) {
  return {_mm_castpd_si128(_mm_move_sd(_mm_castsi128_pd(b.both), _mm_castsi128_pd(a.both)))};
}
inline Words swapped(Words a) { return {_mm_shuffle_epi32(a.both, _MM_SHUFFLE(1, 0, 3, 2))}; }
#else
struct Words {
  LaneMask first;
  LaneMask second;
  static Words load(const LaneMask* from) { return {from[0], from[1]}; }
  static Words of(LaneMask mask) { return {mask, mask}; }
  void store(LaneMask* to) const {
    to[0] = first;
    to[1] = second;
  }
};
inline Words operator&(Words a, Words b) { return {a.first & b.first, a.second & b.second}; }
inline Words operator|(Words a, Words b) { return {a.first | b.first, a.second | b.second}; }
// a where the mask has a bit, else b.
inline Words select(Words mask, Words a, Words b) {
  return {(mask.first & a.first) | (~mask.first & b.first),
          (mask.second & a.second) | (~mask.second & b.second)};
}
inline Words first_and_second(Words a, Words b) { return {a.first, b.second}; }
inline Words swapped(Words a) { return {a.second, a.first}; }
#endif

}  // namespace tickscan::simd
