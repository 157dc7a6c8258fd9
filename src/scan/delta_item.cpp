// Pages.
#include "scan/delta_item.h"

#include <algorithm>

namespace tickscan::scan {

void DeltaItem::write(uint32_t trader, int32_t flags, uint32_t column_count, double time,
                      PackedDeltas* out) const {
  const uint32_t page = (flags & kDeltaSnapshot) != 0 ? kPageSymbols : entered.size();
  uint32_t done = 0;
  for (;;) {
    const uint32_t count = std::min(page, entered.size() - done);
    const bool more = done + count < entered.size();
    const uint32_t left_count = more ? 0 : left.size();
    const int32_t head[] = {static_cast<int32_t>(trader), more ? flags | kDeltaMore : flags,
                            static_cast<int32_t>(count), static_cast<int32_t>(left_count),
                            static_cast<int32_t>(column_count)};
    out->words.insert(out->words.end(), std::begin(head), std::end(head));
    out->words.insert(out->words.end(), entered.data() + done, entered.data() + done + count);
    out->words.insert(out->words.end(), left.data(), left.data() + left_count);
    out->values.push_back(time);
    const double* values = columns.data() + size_t{done} * column_count;
    out->values.insert(out->values.end(), values, values + size_t{count} * column_count);
    done += count;
    if (!more) return;
  }
}

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

}  // namespace tickscan::scan
