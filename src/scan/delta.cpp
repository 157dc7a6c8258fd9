// Sort, decide, group, write out.
#include "scan/delta.h"

#include <algorithm>

namespace tickscan::scan {

namespace {

// What the decisions on ticks change for a trader, with the columns of what entered. `truth(block)`: the lanes for which
// the filter is true. `begin()`, called where something changes, gives where changes are appended.
template <typename Truth, typename Begin>
ChangeAppender decide(const TickTrader& tick, const Decisions& decisions, std::vector<double>* columns,
                      Begin begin, Truth truth) {
  const LaneMask* due = decisions.due.words(tick.due);
  ChangeAppender changes(nullptr);
  bool has_begun = false;
  // First all blocks without a branch, then those that changed: which these are is chance, and each wrong guess would cost
  // as much as three blocks.
  LaneMask changed[kLanes];
  for (size_t first = 0; first < decisions.blocks.size(); first += kLanes) {
    const auto blocks =
        decisions.blocks.subspan(first, std::min<size_t>(kLanes, decisions.blocks.size() - first));
    LaneMask which = 0;
    for (size_t i = 0; i < blocks.size(); ++i) {
      changed[i] = (truth(blocks[i]) ^ tick.matches[blocks[i]]) & due[first + i];
      which |= static_cast<LaneMask>(changed[i] != 0) << i;
    }
    if (which == 0) continue;
    if (!has_begun) changes = begin();
    has_begun = true;
    for (; which != 0; which &= which - 1) {
      const auto i = static_cast<uint32_t>(std::countr_zero(which));
      const uint32_t block = blocks[i];
      const LaneMask before = tick.matches[block];
      const LaneMask after = before ^ changed[i];
      tick.matches[block] = after;
      changes.add(block, changed[i] & after, changed[i] & before, occupied_more(before, after));
      if (tick.columns == 0) continue;
      const Trader& trader = decisions.traders[tick.number];
      for_each_lane(changed[i] & after, [&](uint32_t lane) { read_columns(trader, block, lane, columns); });
    }
  }
  return changes;
}

// The lanes for which all of `count` terms are true, or any of them.
template <bool any, size_t count>
auto truth_of(const Terms& terms) {
  return [words = terms.words](uint32_t block) {
    LaneMask truth = words[0][kTermStride * block];
    for (size_t i = 1; i < count; ++i) {
      const LaneMask term = words[i][kTermStride * block];
      truth = any ? truth | term : truth & term;
    }
    return truth;
  };
}

template <typename Begin>
ChangeAppender decide(const TickTrader& tick, const Decisions& decisions, std::vector<double>* columns,
                      Begin begin) {
  const auto with = [&](auto truth) { return decide(tick, decisions, columns, begin, truth); };
  const Terms& terms = tick.terms;
  static_assert(kMaxTerms == 4);
  switch (terms.any ? terms.count + kMaxTerms : terms.count) {
    case 1: return with(truth_of<false, 1>(terms));
    case 2: return with(truth_of<false, 2>(terms));
    case 3: return with(truth_of<false, 3>(terms));
    case 4: return with(truth_of<false, 4>(terms));
    case 6: return with(truth_of<true, 2>(terms));
    case 7: return with(truth_of<true, 3>(terms));
    default: return with(truth_of<true, 4>(terms));
  }
}

}  // namespace

void DeltaPacker::pack(const Decisions& decisions, DeltaSizer* sizer, PackedDeltas* out) {
  out->words.clear();
  out->values.clear();
  const std::span<Trader> traders = decisions.traders;
  const double now_ms = decisions.now_ms;
  gather(traders, decisions.results);
  order_.sort(&entries_, static_cast<uint32_t>(traders.size()));
  size_t first = 0;
  // Everything that comes before the decisions of the trader `number` at now_ms.
  const auto pack_before = [&](uint32_t number) {
    while (first < entries_.size()) {
      const Entry& entry = entries_[first];
      if (entry.time > now_ms || (entry.time == now_ms && entry.trader >= number)) return;
      const size_t end = item_end(first);
      item_.clear();
      add({entries_.data() + first, end - first}, traders[entry.trader]);
      write(entry.trader, traders[entry.trader], entry.time, entry.late, sizer, out);
      first = end;
    }
  };
  for (TickTrader& tick : decisions.on_ticks) {
    if (tick.gate != nullptr) continue;
    if (first < entries_.size()) pack_before(tick.number);
    // What removed symbols left at the same time is of the same item.
    const bool mixed =
        first < entries_.size() && entries_[first].time == now_ms && entries_[first].trader == tick.number;
    if (tick.announced && !mixed) {
      write_straight(tick, decisions, sizer, out);
      continue;
    }
    Trader& trader = traders[tick.number];
    item_.clear();
    if (mixed) {
      const size_t end = item_end(first);
      add({entries_.data() + first, end - first}, trader);
      first = end;
    }
    item_.take(
        decide(tick, decisions, &item_.columns, [&] { return item_.append(decisions.blocks.size()); }));
    if (mixed) item_.merge(static_cast<uint32_t>(trader.columns.size()));
    if (!item_.empty()) write(tick.number, trader, now_ms, false, sizer, out);
    tick.announced = trader.announced;
  }
  while (first < entries_.size()) {
    const size_t end = item_end(first);
    const Entry& entry = entries_[first];
    item_.clear();
    add({entries_.data() + first, end - first}, traders[entry.trader]);
    write(entry.trader, traders[entry.trader], entry.time, entry.late, sizer, out);
    first = end;
  }
  for (uint32_t index = 0; decisions.snapshots && index < traders.size(); ++index) {
    if (traders[index].in_use && traders[index].snapshot_wanted) {
      pack_snapshot(index, traders[index], decisions.block_count, now_ms, out);
    }
  }
}

void DeltaPacker::gather(std::span<Trader> traders, std::span<const BlockResult> results) {
  entries_.clear();
  bool any_first = false;
  for (const BlockResult& result : results) {
    for (const Change& change : result.changes) {
      const double* values = result.values.data() + change.first_value;
      entries_.push_back({change.time, change.trader, change.late, &change, values});
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

size_t DeltaPacker::item_end(size_t first) const {
  const Entry& one = entries_[first];
  size_t end = first + 1;
  while (end < entries_.size() && entries_[end].time == one.time && entries_[end].trader == one.trader &&
         entries_[end].late == one.late) {
    ++end;
  }
  return end;
}

void DeltaPacker::add(std::span<const Entry> group, const Trader& trader) {
  ChangeAppender changes = item_.append(group.size());
  bool in_order = true;
  uint32_t next_block = 0;
  for (const Entry& entry : group) {
    const Change& change = *entry.change;
    in_order = in_order && change.block >= next_block;
    next_block = change.block + 1;
    changes.add(change.block, change.entered, change.left, change.occupied);
    const size_t values = count_lanes(change.entered) * trader.columns.size();
    item_.columns.insert(item_.columns.end(), entry.values, entry.values + values);
  }
  item_.take(changes);
  if (!in_order) item_.merge(static_cast<uint32_t>(trader.columns.size()));
}

void DeltaPacker::write_straight(const TickTrader& tick, const Decisions& decisions, DeltaSizer* sizer,
                                 PackedDeltas* out) {
  const ChangeAppender changes = decide(tick, decisions, &out->values, [&] {
    out->values.push_back(decisions.now_ms);
    int32_t* room = out->words.room(kHeadWords + decisions.blocks.size() * kChangeWords);
    return ChangeAppender(reinterpret_cast<BlockChange*>(room + kHeadWords));
  });
  if (changes.count() == 0) return;
  sizer->add(tick.columns, changes.entered(), changes.left(), changes.occupied());
  const ItemHead head{tick.number,       0,
                      changes.entered(), changes.left(),
                      tick.columns,      static_cast<uint32_t>(changes.count())};
  head.write(&out->words);
}

void DeltaPacker::write(uint32_t index, Trader& trader, double time, bool late, DeltaSizer* sizer,
                        PackedDeltas* out) {
  sizer->add(trader.columns.size(), item_.entered(), item_.left(), item_.occupied());
  // A trader's first item is a snapshot, and one that is wanted too says as much, unless a close has decided: the item has
  // its time, which the client must know to go on after a restart, and the wanted one the clock's. Otherwise changes are
  // never hidden in a snapshot, because nobody acts on what a snapshot lists.
  if (!trader.announced && trader.snapshot_wanted && !trader.on_close) return;
  const int32_t flags = (trader.announced ? 0 : kDeltaSnapshot) | (late ? kDeltaLate : 0);
  item_.write(index, flags, static_cast<uint32_t>(trader.columns.size()), time, out);
  trader.announced = true;
}

void DeltaPacker::pack_snapshot(uint32_t index, Trader& trader, uint32_t block_count, double now_ms,
                                PackedDeltas* out) {
  item_.clear();
  ChangeAppender changes = item_.append(block_count);
  for (uint32_t block = 0; block < block_count; ++block) {
    if (trader.matches[block] == 0) continue;
    changes.add(block, trader.matches[block], 0, 0);
    for_each_lane(trader.matches[block],
                  [&](uint32_t lane) { read_columns(trader, block, lane, &item_.columns); });
  }
  item_.take(changes);
  item_.write(index, kDeltaSnapshot, static_cast<uint32_t>(trader.columns.size()), now_ms, out);
  trader.announced = true;
  trader.snapshot_wanted = false;
}

}  // namespace tickscan::scan
