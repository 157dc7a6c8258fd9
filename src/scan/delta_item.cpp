// Pages.
#include "scan/delta_item.h"

#include <algorithm>

namespace tickscan::scan {

namespace {

int32_t low(LaneMask lanes) { return static_cast<int32_t>(static_cast<uint32_t>(lanes)); }
int32_t high(LaneMask lanes) { return low(lanes >> (kLanes / 2)); }

}  // namespace

void DeltaItem::merge(uint32_t column_count) {
  size_t column = 0;
  for (size_t i = 0; i < used_; ++i) {
    changes_[i].first_column = column;
    column += size_t{count_lanes(changes_[i].entered)} * column_count;
  }
  unmerged_.assign(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(used_));
  unordered_.swap(columns);
  columns.clear();
  std::stable_sort(unmerged_.begin(), unmerged_.end(),
                   [](const BlockChange& a, const BlockChange& b) { return a.block < b.block; });
  used_ = 0;
  for (size_t first = 0; first < unmerged_.size();) {
    BlockChange merged{unmerged_[first].block, 0, 0, 0};
    size_t end = first;
    for (; end < unmerged_.size() && unmerged_[end].block == merged.block; ++end) {
      merged.entered |= unmerged_[end].entered;
      merged.left |= unmerged_[end].left;
    }
    for_each_lane(merged.entered, [&](uint32_t lane) {
      size_t from = first;
      while ((unmerged_[from].entered >> lane & 1) == 0) ++from;
      const uint32_t before = count_lanes(unmerged_[from].entered & (lane_bit(lane) - 1));
      const double* values = unordered_.data() + unmerged_[from].first_column + size_t{before} * column_count;
      columns.insert(columns.end(), values, values + column_count);
    });
    changes_[used_++] = merged;
    first = end;
  }
}

void DeltaItem::write(uint32_t trader, int32_t flags, uint32_t column_count, double time,
                      PackedDeltas* out) const {
  const uint32_t most = (flags & kDeltaSnapshot) != 0 ? kPageSymbols : entered_;
  const double* values = columns.data();
  size_t done = 0;
  do {
    const size_t head = out->words.size();
    size_t end = done;
    uint32_t entered = 0;
    uint32_t left = 0;
    for (; end < used_; ++end) {
      const uint32_t more = count_lanes(changes_[end].entered);
      if (entered + more > most) break;
      entered += more;
      left += count_lanes(changes_[end].left);
    }
    out->words.resize(head + kHeadWords + (end - done) * kChangeWords);
    int32_t* to = out->words.data() + head;
    const bool is_last = end == used_;
    const int32_t head_words[kHeadWords] = {static_cast<int32_t>(trader),
                                            is_last ? flags : flags | kDeltaMore,
                                            static_cast<int32_t>(entered),
                                            static_cast<int32_t>(left),
                                            static_cast<int32_t>(column_count),
                                            static_cast<int32_t>(end - done)};
    to = std::copy(std::begin(head_words), std::end(head_words), to);
    for (; done < end; ++done) {
      const BlockChange& change = changes_[done];
      *to++ = static_cast<int32_t>(change.block);
      *to++ = low(change.entered);
      *to++ = high(change.entered);
      *to++ = low(change.left);
      *to++ = high(change.left);
    }
    out->values.push_back(time);
    out->values.insert(out->values.end(), values, values + size_t{entered} * column_count);
    values += size_t{entered} * column_count;
  } while (done < used_);
}

void read_columns(const Trader& trader, uint32_t block, uint32_t lane, std::vector<double>* values) {
  for (size_t i = 0; i < trader.columns.size(); ++i) {
    if (trader.condition_columns[i]) {
      const Condition& condition = *trader.columns[i].at<Condition>(block);
      const bool known = (condition.known() >> lane & 1) != 0;
      values->push_back(known ? static_cast<double>(condition.value >> lane & 1) : kUnknown);
    } else {
      values->push_back(trader.columns[i].at<double>(block)[lane]);
    }
  }
}

}  // namespace tickscan::scan
