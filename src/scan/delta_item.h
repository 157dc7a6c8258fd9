// One item of a message body as it grows: who entered, who left, the columns of those who entered; then written out,
// in pages where it is a large snapshot.
//
// Belongs to the DeltaPacker; keeps its memory from item to item.
#pragma once

#include <cstdint>
#include <vector>

#include "base/count_lanes.h"
#include "scan/trader.h"

namespace tickscan::scan {

inline constexpr int32_t kDeltaSnapshot = 1;
inline constexpr int32_t kDeltaLate = 2;
inline constexpr int32_t kDeltaMore = 4;

inline constexpr uint32_t kPageSymbols = 1024;

struct PackedDeltas {
  std::vector<int32_t> words;
  std::vector<double> values;
};

// Slots of lanes, appended without a branch for each bit.
class SlotList {
 public:
  void clear() { used_ = 0; }
  [[nodiscard]] uint32_t size() const { return used_; }
  [[nodiscard]] const int32_t* data() const { return slots_.data(); }
  int32_t* data() { return slots_.data(); }

  void add(uint32_t block, LaneMask lanes) {
    if (slots_.size() < used_ + kLanes + kAtOnce) slots_.resize(2 * (used_ + kLanes + kAtOnce));
    const auto first = static_cast<int32_t>(block * kLanes);
    // Few lanes change in a block, and how many is chance: the first four are always written, so that nothing has to be
    // guessed, and what is too many is written over by the next.
    const uint32_t end = used_ + count_lanes(lanes);
    int32_t* to = slots_.data() + used_;
    do {
      for (uint32_t i = 0; i < kAtOnce; ++i) {
        to[i] = first + std::countr_zero(lanes);
        lanes &= lanes - 1;
      }
      to += kAtOnce;
    } while (lanes != 0);
    used_ = end;
  }

 private:
  static constexpr uint32_t kAtOnce = 4;

  std::vector<int32_t> slots_;
  uint32_t used_ = 0;
};

class DeltaItem {
 public:
  SlotList entered;
  SlotList left;
  std::vector<double> columns;  // of the entered symbols, one after another

  void clear() {
    entered.clear();
    left.clear();
    columns.clear();
  }
  [[nodiscard]] bool empty() const { return entered.size() + left.size() == 0; }

  void write(uint32_t trader, int32_t flags, uint32_t column_count, double time, PackedDeltas* out) const;
};

// Appends the trader's column values of one symbol.
void read_columns(const Trader& trader, uint32_t block, uint32_t lane, std::vector<double>* values);

}  // namespace tickscan::scan
