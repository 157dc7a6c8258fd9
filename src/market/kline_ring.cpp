// Checked reads and the append.
#include "market/kline_ring.h"

#include <algorithm>
#include <bit>

namespace tickscan::market {

KlineRing::Read KlineRing::read(uint32_t n, int32_t revision, Kline* out) const {
  copy(n, out->fields, 1);
  return check(n, revision);
}

KlineRing::Read KlineRing::read_run(uint32_t n, uint32_t count, int32_t revision, uint32_t fields,
                                    double* out, size_t kline_stride, size_t field_stride) const {
  // In two pieces where the run wraps.
  const uint32_t first = n % capacity_;
  const uint32_t before_wrap = std::min(count, capacity_ - first);
  for (; fields != 0; fields &= fields - 1) {
    const auto field = static_cast<uint32_t>(std::countr_zero(fields));
    const SharedDouble* column = columns_ + size_t{field} * capacity_;
    double* to = out + field * field_stride;
    for (uint32_t k = 0; k < before_wrap; ++k) to[k * kline_stride] = column[first + k].load();
    for (uint32_t k = before_wrap; k < count; ++k) to[k * kline_stride] = column[k - before_wrap].load();
  }
  return check(n, revision);
}

KlineRing::Read KlineRing::check(uint32_t n, int32_t revision) const {
  // Each load of the copy acquires: if it met a newer kline, the count that made this entry the spare one is seen
  // here. A read-modify-write of nothing, because JavaScript writers store doubles plainly: it reads the last
  // value of the count, whatever was reordered.
  const auto count = static_cast<uint32_t>(record_->closed_count.fetch_add(0, std::memory_order_acq_rel));
  if (record_->revision.fetch_add(0, std::memory_order_acq_rel) != revision) return Read::rewritten;
  // In 1 to max_klines: 0 is the entry being written, which was never kline n; what wraps was lapped long ago.
  return count - n - 1 < max_klines() ? Read::ok : Read::lapped;
}

void KlineRing::overwrite(uint32_t n, const Kline& kline) {
  for (uint32_t field = 0; field < kKlineFields; ++field) entry(field, n).store(kline.fields[field]);
}

void KlineRing::append(const Kline& kline) {
  const uint32_t n = count();
  // The entry may still be read as kline n − capacity; the doubles' release makes that reader see count n.
  overwrite(n, kline);
  // Release: the entry's doubles before the count that publishes them.
  record_->closed_count.store(static_cast<int32_t>(n + 1), std::memory_order_release);
}

}  // namespace tickscan::market
