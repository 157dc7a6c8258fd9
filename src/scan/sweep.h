// The slow second look: the dirty bit is a hint, a record's version is the truth. In every cycle the sweep notes
// for some blocks which versions their writers have marked, and two cycles later it looks whether these were
// scanned. What was not is counted and marked again: a lost bit costs a delay and never an update.
// A version whose writer is in the middle of a write counts for nothing: it may be paused between the version and its
// bit. Writers say what they are writing anyway, for the sake of removals.
//
// Without faults it finds nothing: a marked version is scanned in the cycle that runs meanwhile or in the next.
// Called by the engine thread after a cycle's barrier.
#pragma once

#include <cstdint>
#include <span>

#include "market/store.h"
#include "scan/block.h"

namespace tickscan::scan {

class Sweep {
 public:
  void run(const market::Store& store, std::span<Block> blocks);

  [[nodiscard]] uint64_t found() const { return found_; }

 private:
  void verify(const market::Store& store, uint32_t index, const Block& block);

  uint32_t cycle_ = 0;
  uint64_t found_ = 0;
};

// Records of active lanes whose newest version was not ingested.
uint64_t count_unscanned(const market::Store& store, std::span<const Block> blocks);

}  // namespace tickscan::scan
