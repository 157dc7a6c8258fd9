// What a trader remembers beside its specification: taken out of one engine and put into another, it goes on where it
// was. Plain data by slot, so that it can travel.
//
// Called by the engine thread between cycles.
#pragma once

#include <cstdint>
#include <vector>

namespace tickscan::scan {

// A decision at a close that changed something and is known outside.
struct Told {
  uint32_t slot;
  double time;
};

struct TraderMemory {
  std::vector<uint32_t> matches;   // slots, rising
  std::vector<double> entered_ms;  // by slot, −∞ for never; empty without a cooldown
  std::vector<double>
      decided_up_to;  // by slot: close time of the last decision, −∞ for none; empty for 'tick' traders
};

}  // namespace tickscan::scan
