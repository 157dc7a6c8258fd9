// Counting where the times are equal, comparing elsewhere.
#include "scan/delta_order.h"

#include <algorithm>

namespace tickscan::scan {

namespace {

uint32_t key_of(const ChangeEntry& entry) { return entry.trader * 2 + static_cast<uint32_t>(entry.late); }

}  // namespace

// Nearly always all times are equal: a cycle's clock, or a close that all symbols share. Then each entry's place is
// known from how many come before its trader, without comparing entries.
void ChangeOrder::sort(std::vector<ChangeEntry>* entries, uint32_t traders) {
  if (entries->empty()) return;
  const double time = entries->front().time;
  const bool one_time =
      std::all_of(entries->begin(), entries->end(), [=](const ChangeEntry& one) { return one.time == time; });
  if (!one_time) {
    std::sort(entries->begin(), entries->end(), [](const ChangeEntry& a, const ChangeEntry& b) {
      if (a.time != b.time) return a.time < b.time;
      if (key_of(a) != key_of(b)) return key_of(a) < key_of(b);
      return a.change->block < b.change->block;
    });
    return;
  }
  starts_.assign(size_t{traders} * 2 + 1, 0);
  for (const ChangeEntry& entry : *entries) starts_[key_of(entry) + 1] += 1;
  for (size_t key = 1; key < starts_.size(); ++key) starts_[key] += starts_[key - 1];
  sorted_.resize(entries->size());
  for (const ChangeEntry& entry : *entries) sorted_[starts_[key_of(entry)]++] = entry;
  entries->swap(sorted_);
}

}  // namespace tickscan::scan
