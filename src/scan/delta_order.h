// Sorts a cycle's changes by time, then trader, then lateness, then block: the order of the items of a delta.
//
// Called by the engine thread after the barrier. Allocates only until the vectors have grown to their size.
#pragma once

#include <cstdint>
#include <vector>

#include "scan/trader.h"

namespace tickscan::scan {

struct ChangeEntry {
  double time;
  uint32_t trader;
  bool late;
  const Change* change;
  const double* values;  // of the entered symbols
};

class ChangeOrder {
 public:
  // Entries come block by block.
  void sort(std::vector<ChangeEntry>* entries, uint32_t traders);

 private:
  std::vector<uint32_t> starts_;
  std::vector<ChangeEntry> sorted_;
};

}  // namespace tickscan::scan
