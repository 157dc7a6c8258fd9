// Compare, repair, count.
#include "market/audit.h"

namespace tickscan::market {

namespace {

uint32_t repair(uint32_t& word, uint32_t right) {
  if (word == right) return 0;
  word = right;
  return 1;
}

uint32_t repair(std::atomic<int32_t>& word, int32_t right) {
  if (word.load(std::memory_order_relaxed) == right) return 0;
  word.store(right, std::memory_order_relaxed);
  return 1;
}

template <typename Visit>
void for_each_canary(const Store& store, Visit visit) {
  for (const uint64_t offset : {store.layout().first_canary, store.layout().last_canary}) {
    auto* words = reinterpret_cast<std::atomic<int32_t>*>(store.region() + offset);
    for (uint32_t i = 0; i < kCanaryWords; ++i) visit(words[i]);
  }
}

}  // namespace

void place_canaries(const Store& store) {
  for_each_canary(store, [](std::atomic<int32_t>& word) { word.store(kCanary, std::memory_order_relaxed); });
}

uint32_t audit(const Store& store, uint32_t symbol_count) {
  Header& header = store.header();
  uint32_t wrong = repair(header.magic, kMagic) + repair(header.version, kLayoutVersion) +
                   repair(header.region_bytes, static_cast<uint32_t>(store.layout().bytes)) +
                   repair(header.symbol_count, static_cast<int32_t>(symbol_count));
  for_each_canary(store, [&](std::atomic<int32_t>& word) { wrong += repair(word, kCanary); });
  return wrong;
}

}  // namespace tickscan::market
