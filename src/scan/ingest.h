// Takes what writers published for one block into the engine's copy. The only reader of the mailboxes.
//
// Called by the pool thread that has the block. Live klines are taken before closed counts are read: then a
// live kline that is taken never stands before a closed one that is not seen.
#pragma once

#include "market/store.h"
#include "scan/block.h"

namespace tickscan::scan {

// A rewrite takes microseconds, so a ring that is odd for this long has lost its writer.
inline constexpr double kDamagedAfterMs = 2000;

// What ingests came to: every write is scanned, or coalesced with a later one of its record that is.
struct IngestCounts {
  uint64_t scanned = 0;
  uint64_t coalesced = 0;
  uint32_t damaged = 0;  // series that were given up in this cycle
};

// Reads every record whose dirty bit is set in `block.dirty`. A series that is being rewritten is left as it
// was: its bit goes out of the change set and is marked again. One that stays so for longer than kDamagedAfterMs
// is given up as damaged, with its last whole state: its writer died in the rewrite.
void ingest(const market::Store& store, uint32_t block_index, Block& block, double now_ms,
            IngestCounts* counts);

// After the closed klines were stepped: what `[0]` is now, for the lanes that changed.
void refresh_now(const market::Store& store, uint32_t block_index, Block& block);

// Notes when the lanes were updated, as far as the engine can tell: at this cycle. Writers do not stamp their
// updates because reading a clock costs as much as the rest of a write.
void stamp(const market::Store& store, uint32_t block_index, LaneMask lanes, double now_ms);

// Marks again whatever the lanes had dirty, for the next cycle.
void put_back(const market::Store& store, uint32_t block_index, const Block& block, LaneMask lanes);

}  // namespace tickscan::scan
