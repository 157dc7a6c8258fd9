// Sort, group, write out.
#include "scan/delta.h"

#include <algorithm>

namespace tickscan::scan {

void read_columns(const Trader& trader, uint32_t block, uint32_t lane, std::vector<double>* values) {
  for (size_t i = 0; i < trader.columns.size(); ++i) {
    if (trader.condition_columns[i]) {
      const Condition& condition = *trader.columns[i].at<Condition>(block);
      const bool known = (condition.known >> lane & 1) != 0;
      values->push_back(known ? static_cast<double>(condition.value >> lane & 1) : kUnknown);
    } else {
      values->push_back(trader.columns[i].at<double>(block)[lane]);
    }
  }
}

void DeltaPacker::pack(std::span<Trader> traders, std::span<const BlockResult> blocks, double now_ms,
                       PackedDeltas* out) {
  out->words.clear();
  out->values.clear();
  entries_.clear();
  for (uint32_t block = 0; block < blocks.size(); ++block) {
    for (const Change& change : blocks[block].changes) {
      entries_.push_back({change.time, change.trader, change.late, block, &change});
    }
  }
  const auto same_item = [](const Entry& a, const Entry& b) {
    return a.time == b.time && a.trader == b.trader && a.late == b.late;
  };
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    if (a.time != b.time) return a.time < b.time;
    if (a.trader != b.trader) return a.trader < b.trader;
    if (a.late != b.late) return b.late;
    return a.block < b.block;
  });
  for (size_t first = 0; first < entries_.size();) {
    size_t end = first + 1;
    while (end < entries_.size() && same_item(entries_[first], entries_[end])) ++end;
    Trader& trader = traders[entries_[first].trader];
    // A wanted snapshot says all that this cycle's own changes would.
    if (!trader.snapshot_wanted) {
      pack_item({entries_.data() + first, end - first}, trader, blocks, out);
    }
    first = end;
  }
  for (uint32_t index = 0; index < traders.size(); ++index) {
    if (traders[index].in_use && traders[index].snapshot_wanted) {
      pack_snapshot(index, traders[index], blocks, now_ms, out);
    }
  }
}

void DeltaPacker::pack_item(std::span<const Entry> group, Trader& trader, std::span<const BlockResult> blocks,
                            PackedDeltas* out) {
  const auto columns = static_cast<uint32_t>(trader.columns.size());
  const size_t head = out->words.size();
  const int32_t flags = (trader.announced ? 0 : kDeltaSnapshot) | (group[0].late ? kDeltaLate : 0);
  int32_t entered = 0;
  int32_t left = 0;
  out->words.insert(out->words.end(),
                    {static_cast<int32_t>(group[0].trader), flags, 0, 0, static_cast<int32_t>(columns)});
  out->values.push_back(group[0].time);
  for (const Entry& entry : group) {
    uint32_t value = entry.change->first_value;
    for_each_lane(entry.change->entered, [&](uint32_t lane) {
      out->words.push_back(static_cast<int32_t>(entry.block * kLanes + lane));
      const double* from = blocks[entry.block].values.data() + value;
      out->values.insert(out->values.end(), from, from + columns);
      value += columns;
      ++entered;
    });
  }
  for (const Entry& entry : group) {
    for_each_lane(entry.change->left, [&](uint32_t lane) {
      out->words.push_back(static_cast<int32_t>(entry.block * kLanes + lane));
      ++left;
    });
  }
  out->words[head + 2] = entered;
  out->words[head + 3] = left;
  trader.announced = true;
}

void DeltaPacker::pack_snapshot(uint32_t index, Trader& trader, std::span<const BlockResult> blocks,
                                double now_ms, PackedDeltas* out) {
  const size_t head = out->words.size();
  out->words.insert(out->words.end(), {static_cast<int32_t>(index), kDeltaSnapshot, 0, 0,
                                       static_cast<int32_t>(trader.columns.size())});
  out->values.push_back(now_ms);
  int32_t entered = 0;
  for (uint32_t block = 0; block < blocks.size(); ++block) {
    for_each_lane(trader.matches[block], [&](uint32_t lane) {
      out->words.push_back(static_cast<int32_t>(block * kLanes + lane));
      read_columns(trader, block, lane, &out->values);
      ++entered;
    });
  }
  out->words[head + 2] = entered;
  trader.announced = true;
  trader.snapshot_wanted = false;
}

}  // namespace tickscan::scan
