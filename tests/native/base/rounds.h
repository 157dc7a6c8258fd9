// How long the randomised and threaded tests run: `npm test` once, `npm run verify` longer by setting
// TICKSCAN_ROUNDS. Seeds come from here too, so that every test prints the one it ran with.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace tickscan {

// `count`, times TICKSCAN_ROUNDS.
inline uint64_t rounds(uint64_t count) {
  const char* text = std::getenv("TICKSCAN_ROUNDS");
  const uint64_t factor = text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  return count * (factor == 0 ? 1 : factor);
}

// The same numbers in every run unless TICKSCAN_SEED names others.
inline std::mt19937_64 seeded(const char* test) {
  const char* text = std::getenv("TICKSCAN_SEED");
  const uint64_t seed = text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  std::printf("%s: seed %llu\n", test, static_cast<unsigned long long>(seed));
  return std::mt19937_64(seed);
}

}  // namespace tickscan
