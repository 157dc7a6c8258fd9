// Running totals.
#include "scan/delta_sizes.h"

#include <bit>

namespace tickscan::scan {

namespace {

// As delta.h packs them: five words and a time for an item, a word and the columns for an entry.
constexpr uint64_t kHeadBytes = 5 * sizeof(int32_t) + sizeof(double);

uint64_t entry_bytes(const Trader& trader) {
  return sizeof(int32_t) + trader.columns.size() * sizeof(double);
}

uint64_t count_matches(const Trader& trader, uint32_t blocks) {
  uint64_t matches = 0;
  for (uint32_t block = 0; block < blocks; ++block) {
    matches += static_cast<uint64_t>(std::popcount(trader.matches[block]));
  }
  return matches;
}

}  // namespace

DeltaSizes DeltaSizer::count(std::span<const Trader> traders, std::span<const BlockResult> results,
                             uint64_t delta_bytes) {
  DeltaSizes sizes;
  for (const BlockResult& result : results) {
    for (const Change& change : result.changes) {
      const auto entered = static_cast<uint64_t>(std::popcount(change.entered));
      const auto left = static_cast<uint64_t>(std::popcount(change.left));
      const uint64_t bytes = entry_bytes(traders[change.trader]);
      sizes.delta_entries += entered + left;
      full_entries_ += entered - left;
      full_bytes_ += (entered - left) * bytes;
    }
  }
  sizes.full_entries = full_entries_;
  sizes.delta_bytes = delta_bytes;
  sizes.full_bytes = full_bytes_;
  return sizes;
}

void DeltaSizer::take_out(const Trader& trader, uint32_t blocks) {
  const uint64_t matches = count_matches(trader, blocks);
  full_entries_ -= matches;
  full_bytes_ -= kHeadBytes + matches * entry_bytes(trader);
}

void DeltaSizer::put_in(const Trader& trader, uint32_t blocks) {
  const uint64_t matches = count_matches(trader, blocks);
  full_entries_ += matches;
  full_bytes_ += kHeadBytes + matches * entry_bytes(trader);
}

}  // namespace tickscan::scan
