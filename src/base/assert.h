// Assertions stay on in release builds: a broken invariant must stop the engine (and be recovered from)
// rather than produce a wrong signal.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace tickscan {

[[noreturn]] inline void assertion_failed(const char* text, const char* file, int line) {
  std::fprintf(stderr, "tickscan: assertion failed: %s (%s:%d)\n", text, file, line);
  std::abort();
}

}  // namespace tickscan

#define TICKSCAN_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::tickscan::assertion_failed(#condition, __FILE__, __LINE__))
