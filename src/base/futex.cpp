// The two platforms of the futex.
#include "base/futex.h"

#ifndef __wasm__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#endif

namespace tickscan {

static_assert(sizeof(std::atomic<int32_t>) == 4, "a futex word is exactly its 32 bits");

#ifdef __wasm__

void futex_wait(std::atomic<int32_t>* word, int32_t expected) {
  constexpr int64_t kForever = -1;
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int32_t*>(word), expected, kForever);
}

void futex_wake_all(std::atomic<int32_t>* word) {
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int32_t*>(word), ~0U);
}

#else

void futex_wait(std::atomic<int32_t>* word, int32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futex_wake_all(std::atomic<int32_t>* word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

#endif

}  // namespace tickscan
