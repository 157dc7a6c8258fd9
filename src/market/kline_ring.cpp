// Checked reads and the append.
#include "market/kline_ring.h"

namespace tickscan::market {

KlineRing::Read KlineRing::read(uint32_t n, int32_t revision, Kline* out) const {
  for (uint32_t field = 0; field < kKlineFields; ++field) out->fields[field] = entry(field, n).load();
  // A read-modify-write of nothing: in the order of the writer's stores it stands after the copy above, so
  // a count that is small enough here proves that the copied entry was not yet being overwritten.
  const auto count = static_cast<uint32_t>(record_->closed_count.fetch_add(0, std::memory_order_acq_rel));
  if (record_->revision.fetch_add(0, std::memory_order_acq_rel) != revision) return Read::rewritten;
  return count - n <= max_klines() ? Read::ok : Read::lapped;
}

void KlineRing::overwrite(uint32_t n, const Kline& kline) {
  for (uint32_t field = 0; field < kKlineFields; ++field) entry(field, n).store(kline.fields[field]);
}

void KlineRing::append(const Kline& kline) {
  const uint32_t n = count();
  // Full fence: the entry may still be read as kline n − capacity; that reader must see at least count n.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  overwrite(n, kline);
  // Release: the entry's doubles before the count that publishes them.
  record_->closed_count.store(static_cast<int32_t>(n + 1), std::memory_order_release);
}

}  // namespace tickscan::market
