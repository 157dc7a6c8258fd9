// A trader as the scan sees it: where its truth lies, and what it matched last.
//
// Made and removed by the engine thread between cycles. `matches` has one word per block, written by the
// pool thread that has the block.
#pragma once

#include <string>
#include <vector>

#include "scan/gate.h"
#include "scan/ingest.h"
#include "scan/instruction.h"
#include "scan/logic.h"
#include "scan/plan.h"
#include "scan/trader_memory.h"

namespace tickscan::scan {

// What a trader is, beside its filters.
struct TraderOptions {
  bool on_close = false;
  uint32_t base = 0;
  bool enabled = true;  // false: nothing is computed only for it, and it matches nothing
  GateOptions gate;
};

struct Trader {
  // What a cycle's packing reads comes first: one line of cache for each trader that has changes.
  bool in_use = false;
  bool enabled = true;  // false: the expression says what it was, and holds nothing of the plan
  bool on_close = false;
  bool fresh = true;             // not decided yet: every symbol is due in its first cycle
  bool announced = false;        // a delta was sent: the first one is a snapshot
  bool snapshot_wanted = false;  // the next cycle sends all matches
  uint32_t base = 0;
  LaneMask* matches = nullptr;   // from the arena, one word per block
  std::vector<Operand> columns;  // arrays of 64 doubles, or Conditions where condition_columns says so
  std::vector<bool> condition_columns;
  std::string id;
  Expression expression;
  Operand condition;  // now or closed, by on_close
  Gate gate;
  std::vector<Told> told;  // from an engine before: closes up to these times are decided; rising slots
};

// What deciding an `on: 'tick'` trader and packing its changes takes, in one piece: 100 of them stand in 5 KB where Traders
// take 30.
struct TickTrader {
  uint32_t number;
  uint32_t rows;
  bool fresh;
  bool announced;  // what its Trader says, or still false
  uint32_t columns;
  uint32_t due;  // rows and fresh in the table of due lanes
  Terms terms;
  LaneMask* matches;  // by block
  Gate* gate;         // nullptr: none
};

// What was found out about one trader at one time in a block. Column values of the entered symbols stand in the
// result's values from `first_value` on, symbol by symbol.
struct Change {
  uint32_t trader = 0;
  uint32_t block = 0;
  bool late = false;
  bool first = false;  // of the trader's first decision, which is one item whatever the lanes' times
  double time = 0;
  LaneMask entered = 0;
  LaneMask left = 0;
  int32_t occupied = 0;  // 1: the block had no match before, −1: it has none after
  uint32_t first_value = 0;
};

// What a change of one block's matches is to the number of blocks that have any.
inline int32_t occupied_more(LaneMask before, LaneMask after) {
  return static_cast<int32_t>(after != 0) - static_cast<int32_t>(before != 0);
}

// One per block, reused in every cycle.
// Cache lines of its own: neighbours are written by other threads.
struct alignas(64) BlockResult {
  std::vector<Change> changes;
  std::vector<double> values;
  uint64_t filters_run = 0;
  uint32_t updated_symbols = 0;
  IngestCounts ingested;
  LaneMask broken = 0;  // lanes that were left for the next cycle

  void clear() {
    changes.clear();
    values.clear();
    filters_run = 0;
    updated_symbols = 0;
    ingested = {};
    broken = 0;
  }
};

}  // namespace tickscan::scan
