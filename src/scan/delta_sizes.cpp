// Running totals.
#include "scan/delta_sizes.h"

#include <bit>

#include "scan/delta_item.h"

namespace tickscan::scan {

namespace {

// As delta.h packs them: the head's words and a time for an item, words for a block, and the columns of an entry.
constexpr uint64_t kHeadBytes = kHeadWords * sizeof(int32_t) + sizeof(double);
constexpr uint64_t kBlockBytes = kChangeWords * sizeof(int32_t);

uint64_t entry_bytes(uint64_t columns) { return columns * sizeof(double); }

// What a full result of the trader has.
struct Full {
  uint64_t matches = 0;
  uint64_t bytes = kHeadBytes;

  Full(const Trader& trader, uint32_t blocks) {
    for (uint32_t block = 0; block < blocks; ++block) {
      matches += static_cast<uint64_t>(std::popcount(trader.matches[block]));
      bytes += trader.matches[block] != 0 ? kBlockBytes : 0;
    }
    bytes += matches * entry_bytes(trader.columns.size());
  }
};

}  // namespace

void DeltaSizer::add(uint64_t columns, uint64_t entered, uint64_t left, int64_t occupied) {
  delta_entries_ += entered + left;
  full_entries_ += entered - left;
  full_bytes_ += (entered - left) * entry_bytes(columns) + static_cast<uint64_t>(occupied) * kBlockBytes;
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
  const Full full(trader, blocks);
  full_entries_ -= full.matches;
  full_bytes_ -= full.bytes;
}

void DeltaSizer::put_in(const Trader& trader, uint32_t blocks) {
  const Full full(trader, blocks);
  full_entries_ += full.matches;
  full_bytes_ += full.bytes;
}

}  // namespace tickscan::scan
