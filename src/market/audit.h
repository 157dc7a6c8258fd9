// Looks in every cycle whether the words that everything else trusts are still what they must be: the header, the
// canaries at both ends of the records, the slots that nobody uses. Something that writes past its end, or a bit that
// flips, is found here and not by a wrong signal.
//
// Called by the engine thread before a cycle. What can be put right is put right; the caller then scans all.
#pragma once

#include "market/store.h"

namespace tickscan::market {

inline constexpr int32_t kCanary = 0x51a7e11e;
// Canaries at one place: a cache line full.
inline constexpr uint32_t kCanaryWords = 16;

// Engine, once, with the store's first state.
void place_canaries(const Store& store);

// Repairs header and canaries; returns how many words were wrong. `symbol_count`: slots that were ever used.
uint32_t audit(const Store& store, uint32_t symbol_count);

}  // namespace tickscan::market
