// What the engine knows of 64 symbols: the ingested copy of their market data, one array of 64 doubles per
// field. Written by the pool thread that has the block in this cycle; between cycles by nobody.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/lanes.h"
#include "filter/ast.h"
#include "market/records.h"

namespace tickscan::scan {

// Stored ticker fields, and behind them the derived one.
inline constexpr uint32_t kTickerLanes = market::kTickerFields + 1;
inline constexpr uint32_t kSpreadLane = market::kTickerFields;
inline constexpr uint32_t kMaxRows = 1 + market::kMaxIntervals;

// One interval of a block.
struct SeriesLanes {
  double closed[market::kKlineFields]
               [kLanes];                     // the last closed kline that was stepped; NaN before the first
  double now[market::kKlineFields][kLanes];  // the live kline where it is newer, else the closed one
  double decided[kLanes];                    // close time up to which `on: 'close'` traders have decided
  uint32_t cursor[kLanes];                   // closed klines stepped
  uint32_t visible[kLanes];                  // closed klines that the ingest of this cycle saw
  int32_t revision[kLanes];                  // ring revision that the stepped state is built on
  int32_t reader_slot[kLanes];               // our slot of the live kline's mailbox
  int32_t scanned[kLanes];                   // version of the record that was ingested last
  int32_t noted[kLanes];                     // the sweep's note of what writers had marked
  int32_t loaded[kLanes];                    // of the visible ones, those that no feed closed; of `revision`
  std::atomic<int32_t> version;  // odd while any lane of `now` is written; for readers outside the engine
  double odd_since[kLanes];      // when the ring was first seen half rewritten, ms; NaN while it is whole
  LaneMask live;                 // lanes whose live kline is newer than the last closed one
  LaneMask odd;                  // lanes with such a time
  LaneMask deferred;             // lanes whose ring was being rewritten: left for the next cycle
  LaneMask damaged;  // lanes whose ring stayed half rewritten: left alone until its writer comes back
  LaneMask rebuild;  // lanes whose history changed: step again from the oldest
  double length_ms;

  // Klines that a feed has closed one by one, of those that the last ingest saw.
  [[nodiscard]] uint32_t fed(uint32_t lane) const {
    return visible[lane] - static_cast<uint32_t>(loaded[lane]);
  }
};

struct Block {
  double ticker[kTickerLanes][kLanes];
  int32_t ticker_slot[kLanes];
  int32_t ticker_scanned[kLanes];
  int32_t ticker_noted[kLanes];
  std::atomic<int32_t> ticker_version;  // odd while any lane of `ticker` is written
  LaneMask dirty[kMaxRows];             // this cycle's change set: row 0 the ticker, row 1 + i interval i
  LaneMask updated;  // of these, the lanes that were written to: all of them unless tracking is off
  LaneMask active;   // lanes that hold a symbol
  LaneMask broken;   // lanes that could not be read whole in this cycle; they come again in the next
  std::span<SeriesLanes> series;  // one per configured interval; the arrays of all blocks lie in one piece

  // Lanes that changed in any of the rows (a bit per row).
  [[nodiscard]] LaneMask dirty_in(uint32_t rows) const {
    LaneMask lanes = 0;
    for (uint32_t row = 0; rows != 0; ++row, rows >>= 1) {
      if ((rows & 1) != 0) lanes |= dirty[row];
    }
    return lanes;
  }
};

// dirty_in for rows that are mostly those of the last question.
class DueLanes {
 public:
  explicit DueLanes(const Block& block) : block_(block) {}

  LaneMask in(uint32_t rows) {
    if (rows != rows_) {
      rows_ = rows;
      lanes_ = block_.dirty_in(rows) & ~block_.broken;
    }
    return lanes_;
  }

 private:
  const Block& block_;
  uint32_t rows_ = 0;
  LaneMask lanes_ = 0;
};

}  // namespace tickscan::scan
