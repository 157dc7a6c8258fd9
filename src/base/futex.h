// Sleep until a 32-bit word changes: the operating system's futex natively, memory.atomic.wait in
// WebAssembly. Not std::atomic::wait: the libc++ of Emscripten 3.1.6 polls with growing sleeps there (13 to
// 18 ms to wake, against 0.15 ms).
//
// Called by pool threads and the engine thread, never by a page's main thread, where waiting is forbidden.
#pragma once

#include <atomic>
#include <cstdint>

namespace tickscan {

// Returns when *word is no longer `expected`, after a wake, or spuriously: callers loop.
void futex_wait(std::atomic<int32_t>* word, int32_t expected);

// Wakes every thread that waits on the word.
void futex_wake_all(std::atomic<int32_t>* word);

}  // namespace tickscan
