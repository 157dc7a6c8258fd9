// How large a cycle's deltas are beside full results: what every trader matches, sent in every cycle. Counted from
// the changes alone, so that it costs nothing where nothing changes.
//
// Called by the engine thread after the barrier, and when traders come, change and go.
#pragma once

#include <cstdint>
#include <span>

#include "scan/trader.h"

namespace tickscan::scan {

struct DeltaSizes {
  uint64_t delta_entries = 0;  // symbols that entered or left
  uint64_t full_entries = 0;   // symbols that match, over all traders
  uint64_t delta_bytes = 0;
  uint64_t full_bytes = 0;
};

class DeltaSizer {
 public:
  // The changes of one item of a trader with so many columns; `occupied`: by how many more blocks it has matches in now.
  void add(uint64_t columns, uint64_t entered, uint64_t left, int64_t occupied);
  // All changes since the last call, and what all traders match after them. `delta_bytes` is of the packed message.
  DeltaSizes take(uint64_t delta_bytes);

  // Matches that come or go without a change: with a trader that is removed, or columns that are others now.
  void take_out(const Trader& trader, uint32_t blocks);
  void put_in(const Trader& trader, uint32_t blocks);

 private:
  uint64_t delta_entries_ = 0;
  uint64_t full_entries_ = 0;
  uint64_t full_bytes_ = 0;
};

}  // namespace tickscan::scan
