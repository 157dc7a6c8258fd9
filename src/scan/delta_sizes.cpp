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

void DeltaSizer::add(const Trader& trader, uint64_t entered, uint64_t left) {
  delta_entries_ += entered + left;
  full_entries_ += entered - left;
  full_bytes_ += (entered - left) * entry_bytes(trader);
}

DeltaSizes DeltaSizer::take(uint64_t delta_bytes) {
  DeltaSizes sizes;
  sizes.delta_entries = delta_entries_;
  sizes.full_entries = full_entries_;
  sizes.delta_bytes = delta_bytes;
  sizes.full_bytes = full_bytes_;
  delta_entries_ = 0;
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
