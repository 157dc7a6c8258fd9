// Pages.
#include "scan/delta_item.h"

#include <algorithm>
#include <cstring>

namespace tickscan::scan {

void DeltaItem::merge(uint32_t column_count) {
  unmerged_.clear();
  size_t column = 0;
  for (size_t i = 0; i < used_; ++i) {
    const BlockChange& one = changes_[i];
    unmerged_.push_back({one.block, one.entered(), one.left(), column});
    column += size_t{count_lanes(one.entered())} * column_count;
  }
  unordered_.swap(columns);
  columns.clear();
  // Those of one block may come in any order: no lane enters twice. (A stable sort would allocate.)
  std::sort(unmerged_.begin(), unmerged_.end(),
            [](const Unmerged& a, const Unmerged& b) { return a.block < b.block; });
  used_ = 0;
  for (size_t first = 0; first < unmerged_.size();) {
    const uint32_t block = unmerged_[first].block;
    LaneMask entered = 0;
    LaneMask left = 0;
    size_t end = first;
    for (; end < unmerged_.size() && unmerged_[end].block == block; ++end) {
      entered |= unmerged_[end].entered;
      left |= unmerged_[end].left;
    }
    for_each_lane(entered, [&](uint32_t lane) {
      size_t from = first;
      while ((unmerged_[from].entered >> lane & 1) == 0) ++from;
      const uint32_t before = count_lanes(unmerged_[from].entered & (lane_bit(lane) - 1));
      const double* values = unordered_.data() + unmerged_[from].first_column + size_t{before} * column_count;
      columns.insert(columns.end(), values, values + column_count);
    });
    changes_[used_++] = BlockChange(block, entered, left);
    first = end;
  }
}

void DeltaItem::write(uint32_t trader, int32_t flags, uint32_t column_count, double time,
                      PackedDeltas* out) const {
  const double* values = columns.data();
  size_t first = 0;
  if ((flags & kDeltaSnapshot) != 0) {
    uint32_t entered = 0;
    for (size_t end = 0; end < used_; ++end) {
      const uint32_t more = count_lanes(changes_[end].entered());
      if (entered + more > kPageSymbols) {
        write_page(trader, flags | kDeltaMore, column_count, time, first, end, values, out);
        values += size_t{entered} * column_count;
        first = end;
        entered = 0;
      }
      entered += more;
    }
  }
  write_page(trader, flags, column_count, time, first, used_, values, out);
}

void DeltaItem::write_page(uint32_t trader, int32_t flags, uint32_t column_count, double time, size_t first,
                           size_t end, const double* values, PackedDeltas* out) const {
  uint32_t entered = entered_;
  uint32_t left = left_;
  if (end - first < used_) {
    entered = left = 0;
    for (size_t i = first; i < end; ++i) {
      entered += count_lanes(changes_[i].entered());
      left += count_lanes(changes_[i].left());
    }
  }
  const size_t count = end - first;
  int32_t* to = out->words.room(kHeadWords + count * kChangeWords);
  std::memcpy(to + kHeadWords, changes_.data() + first, count * sizeof(BlockChange));
  const ItemHead head{trader, flags, entered, left, column_count, static_cast<uint32_t>(count)};
  head.write(&out->words);
  out->values.push_back(time);
  out->values.insert(out->values.end(), values, values + size_t{entered} * column_count);
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
