// Sort, group, write out.
#include "scan/delta.h"

namespace tickscan::scan {

namespace {

// One item as it grows: its head's counts, and a new page where one is full.
class Item {
 public:
  Item(uint32_t trader, int32_t flags, uint32_t columns, double time, PackedDeltas* out)
      : trader_(static_cast<int32_t>(trader)),
        flags_(flags),
        columns_(static_cast<int32_t>(columns)),
        time_(time),
        out_(out) {
    begin();
  }

  void enter(uint32_t slot) {
    if ((flags_ & kDeltaSnapshot) != 0 && out_->words[head_ + 2] == kPageSymbols) {
      out_->words[head_ + 1] |= kDeltaMore;
      begin();
    }
    out_->words.push_back(static_cast<int32_t>(slot));
    ++out_->words[head_ + 2];
  }

  void leave(uint32_t slot) {
    out_->words.push_back(static_cast<int32_t>(slot));
    ++out_->words[head_ + 3];
  }

 private:
  void begin() {
    head_ = out_->words.size();
    out_->words.insert(out_->words.end(), {trader_, flags_, 0, 0, columns_});
    out_->values.push_back(time_);
  }

  int32_t trader_;
  int32_t flags_;
  int32_t columns_;
  double time_;
  PackedDeltas* out_;
  size_t head_ = 0;
};

}  // namespace

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

void DeltaPacker::pack(std::span<Trader> traders, std::span<const BlockResult> results, uint32_t blocks,
                       double now_ms, PackedDeltas* out) {
  out->words.clear();
  out->values.clear();
  gather(traders, results);
  const auto same_item = [](const Entry& a, const Entry& b) {
    return a.time == b.time && a.trader == b.trader && a.late == b.late;
  };
  order_.sort(&entries_, static_cast<uint32_t>(traders.size()));
  for (size_t first = 0; first < entries_.size();) {
    size_t end = first + 1;
    while (end < entries_.size() && same_item(entries_[first], entries_[end])) ++end;
    Trader& trader = traders[entries_[first].trader];
    // A trader's first item is a snapshot, and one that is wanted too says as much. Otherwise changes are never hidden in
    // a snapshot, because nobody acts on what a snapshot lists.
    if (trader.announced || !trader.snapshot_wanted) {
      pack_item({entries_.data() + first, end - first}, trader, out);
    }
    first = end;
  }
  for (uint32_t index = 0; index < traders.size(); ++index) {
    if (traders[index].in_use && traders[index].snapshot_wanted) {
      pack_snapshot(index, traders[index], blocks, now_ms, out);
    }
  }
}

void DeltaPacker::gather(std::span<Trader> traders, std::span<const BlockResult> results) {
  entries_.clear();
  bool any_first = false;
  for (const BlockResult& result : results) {
    const bool after = &result == &results.back();
    for (const Change& change : result.changes) {
      const double* values = result.values.data() + change.first_value;
      entries_.push_back({change.time, change.trader, change.late, after, &change, values});
      any_first = any_first || change.first;
    }
  }
  if (!any_first) return;
  // A first decision is one item, although its blocks may have closed klines of different times.
  first_times_.assign(traders.size(), 0);
  for (const Entry& entry : entries_) {
    double& newest = first_times_[entry.trader];
    if (entry.change->first) newest = std::max(newest, entry.time);
  }
  for (Entry& entry : entries_) {
    if (entry.change->first) entry.time = first_times_[entry.trader];
  }
}

void DeltaPacker::pack_item(std::span<const Entry> group, Trader& trader, PackedDeltas* out) {
  const int32_t flags = (trader.announced ? 0 : kDeltaSnapshot) | (group[0].late ? kDeltaLate : 0);
  Item item(group[0].trader, flags, static_cast<uint32_t>(trader.columns.size()), group[0].time, out);
  for (const Entry& entry : group) {
    const uint32_t first = entry.change->block * kLanes;
    const double* values = entry.values;
    for_each_lane(entry.change->entered, [&](uint32_t lane) {
      item.enter(first + lane);
      if (trader.columns.empty()) return;
      out->values.insert(out->values.end(), values, values + trader.columns.size());
      values += trader.columns.size();
    });
  }
  for (const Entry& entry : group) {
    const uint32_t first = entry.change->block * kLanes;
    for_each_lane(entry.change->left, [&](uint32_t lane) { item.leave(first + lane); });
  }
  trader.announced = true;
}

void DeltaPacker::pack_snapshot(uint32_t index, Trader& trader, uint32_t blocks, double now_ms,
                                PackedDeltas* out) {
  Item item(index, kDeltaSnapshot, static_cast<uint32_t>(trader.columns.size()), now_ms, out);
  for (uint32_t block = 0; block < blocks; ++block) {
    for_each_lane(trader.matches[block], [&](uint32_t lane) {
      item.enter(block * kLanes + lane);
      read_columns(trader, block, lane, &out->values);
    });
  }
  trader.announced = true;
  trader.snapshot_wanted = false;
}

}  // namespace tickscan::scan
