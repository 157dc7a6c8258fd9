// A relaxed store of a 32-bit word that other threads may read. WebAssembly has one kind of atomic store, the
// sequentially consistent one (an xchg on x86, 5 ns); where no order is asked for, a plain store of an aligned word is
// just as whole there.
#pragma once

#include <atomic>
#include <cstdint>

namespace tickscan {

inline void store_whole(std::atomic<int32_t>& word, int32_t value) {
#ifdef __wasm__
  *reinterpret_cast<volatile int32_t*>(&word) = value;
#else
  word.store(value, std::memory_order_relaxed);
#endif
}

}  // namespace tickscan
