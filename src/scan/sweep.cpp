// Note, wait two cycles, verify.
#include "scan/sweep.h"

namespace tickscan::scan {

namespace {

// Every block is noted once in this many cycles: about a quarter of a minute at the default cadence.
constexpr uint32_t kPeriod = 16;
constexpr uint32_t kCyclesBetween = 2;

// The record's version if the bit of that version was set for certain, otherwise what was scanned.
// The look at the version comes first: whoever stored it has said before that it writes (market/symbol_table.h), and
// takes that back, or lets go of the record, after it has marked. So a writer that is not in the slot has marked it.
int32_t marked_version(const market::Store& store, uint32_t slot, const MailboxHeader& box, int32_t scanned) {
  const int32_t version = box.version.load(std::memory_order_acquire);
  const int32_t owner = box.owner.load(std::memory_order_acquire);
  if (owner == 0 || owner > static_cast<int32_t>(market::kMaxWriters)) return version;
  // Below 0 is the one that copies records from an engine that has died; it marks them too (js/market-copy.js).
  if (owner < 0) return scanned;
  const int32_t writing =
      store.writer(static_cast<uint32_t>(owner) - 1).writing.load(std::memory_order_acquire);
  return writing == static_cast<int32_t>(slot) + 1 ? scanned : version;
}

void note(const market::Store& store, uint32_t index, Block& block) {
  for_each_lane(block.active, [&](uint32_t lane) {
    const uint32_t slot = index * kLanes + lane;
    block.ticker_noted[lane] =
        marked_version(store, slot, store.ticker(slot).box, block.ticker_scanned[lane]);
    for (uint32_t i = 0; i < block.series.size(); ++i) {
      SeriesLanes& series = block.series[i];
      series.noted[lane] = marked_version(store, slot, store.series(slot, i).box, series.scanned[lane]);
    }
  });
}

}  // namespace

void Sweep::run(const market::Store& store, std::span<Block> blocks) {
  ++cycle_;
  for (uint32_t index = 0; index < blocks.size(); ++index) {
    const uint32_t phase = (cycle_ - index % kPeriod) % kPeriod;
    if (phase == kCyclesBetween && cycle_ > kPeriod) verify(store, index, blocks[index]);
    if (phase == 0) note(store, index, blocks[index]);
  }
}

void Sweep::verify(const market::Store& store, uint32_t index, const Block& block) {
  DirtyTracker tracker = store.tracker();
  const auto check = [&](uint32_t row, uint32_t lane, int32_t noted, int32_t scanned) {
    if (!MailboxHeader::newer(noted, scanned)) return;
    ++found_;
    tracker.mark(row, index * kLanes + lane);
  };
  for_each_lane(block.active, [&](uint32_t lane) {
    check(0, lane, block.ticker_noted[lane], block.ticker_scanned[lane]);
    for (uint32_t i = 0; i < block.series.size(); ++i) {
      const SeriesLanes& series = block.series[i];
      // A ring that is being rewritten is waited for on purpose, and its bit is set.
      const bool waits = (series.deferred >> lane & 1) != 0;
      if (!waits) check(1 + i, lane, series.noted[lane], series.scanned[lane]);
    }
  });
}

uint64_t count_unscanned(const market::Store& store, std::span<const Block> blocks) {
  uint64_t count = 0;
  for (uint32_t index = 0; index < blocks.size(); ++index) {
    const Block& block = blocks[index];
    for_each_lane(block.active, [&](uint32_t lane) {
      const uint32_t slot = index * kLanes + lane;
      const auto differs = [](const MailboxHeader& box, int32_t scanned) {
        return box.version.load(std::memory_order_acquire) != scanned ? 1U : 0U;
      };
      count += differs(store.ticker(slot).box, block.ticker_scanned[lane]);
      for (uint32_t i = 0; i < block.series.size(); ++i) {
        count += differs(store.series(slot, i).box, block.series[i].scanned[lane]);
      }
    });
  }
  return count;
}

}  // namespace tickscan::scan
