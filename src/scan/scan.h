// One scan cycle: swap, drain, blocks on the pool, barrier, deltas. And what changes between cycles: symbols
// and traders.
//
// Every function is called by the engine thread. During a cycle each block belongs to one pool thread; what
// they share is read-only then (programs, traders but for their match words, the store's rings).
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/function_ref.h"
#include "market/store.h"
#include "scan/delta.h"
#include "scan/delta_sizes.h"
#include "scan/plan.h"
#include "scan/pool.h"
#include "scan/program.h"
#include "scan/stepper.h"
#include "scan/sweep.h"
#include "scan/trader.h"
#include "scan/trader_memory.h"

namespace tickscan::scan {

struct CycleReport {
  uint32_t updated_symbols = 0;
  uint32_t skipped_symbols = 0;
  uint64_t filters_run = 0;  // trader × symbol pairs
  uint64_t filters_skipped = 0;
  bool pending = false;  // the change set was too large for one slice: go on with it
  DeltaSizes sizes;
  IngestCounts ingested;
  uint32_t repaired = 0;  // words of shared memory that were not what they must be; everything was scanned
};

// Whether a cycle takes up what the last slice left, or begins with a new change set in which that is included.
enum class Start : uint8_t { anew, go_on };

// Dirty symbols of one slice unless told otherwise.
inline constexpr uint32_t kBatchSymbols = 2048;

class Scan {
 public:
  // `lengths_ms` of the configured intervals; the arena is for traders.
  Scan(const market::Store& store, std::span<const double> lengths_ms, Arena& arena, uint32_t max_traders,
       uint32_t threads);

  // A symbol's lane takes part from the next cycle on.
  void activate(uint32_t slot);
  // The lane takes part no longer and keeps nothing; the next cycle's deltas say what it left.
  // The slot may be written from now on, also before it is scanned.
  void use_slot(uint32_t slot) { used_slots_ = std::max(used_slots_, slot + 1); }
  void deactivate(uint32_t slot);
  [[nodiscard]] std::span<const Block> blocks() const { return blocks_; }

  // trees: the filter, then the columns. The trader's first decision comes with the next cycle.
  Result<uint32_t> add_trader(const std::string& id, std::span<const filter::Tree> trees,
                              const TraderOptions& options);
  // All or nothing. The trader keeps its place, its matches and its times of entering; the next cycle decides it
  // anew, and its delta says what changes against the matches until now.
  Status update_trader(uint32_t index, std::span<const filter::Tree> trees, const TraderOptions& options);
  Status remove_trader(uint32_t index);
  // For an engine that takes another's place: the trader is decided anew against the matches that it is given.
  Result<TraderMemory> trader_memory(uint32_t index);
  Status restore_trader(uint32_t index, const TraderMemory& memory);
  [[nodiscard]] const Trader* trader(uint32_t index) const;
  // After restore_trader and before the first cycle, for `on: 'close'`: the close times by slot up to which its timeline
  // had decided at some moment, and where this trader's matches are newer than that (rising slots). Every close after
  // both is decided, one by one, instead of the last one at once.
  void resume(uint32_t index, std::span<const double> decided, std::vector<Told> told);
  // Close times by slot up to which an `on: 'close'` trader's timeline has decided.
  void decided(uint32_t index, std::vector<double>* times) const;
  // Makes every record due, as after damage.
  void mark_all();
  // Builds every lane's state anew from the rings with the next cycle. What was decided stays decided.
  void recover();
  void want_snapshot(uint32_t index) { traders_[index].snapshot_wanted = snapshots_wanted_ = true; }

  // Scans at most batch_symbols dirty symbols, in whole blocks; the rest of the change set stays with the cycle, which
  // is `pending` then. A cycle with a new or changed trader is never cut: its first decision is one delta.
  // The deltas stay valid until the next cycle.
  // `before_deltas` is called when all is scanned and no delta is packed.
  CycleReport cycle(double now_ms, Start start, FunctionRef<void()> before_deltas);
  void want_snapshots();
  [[nodiscard]] const PackedDeltas& deltas() const { return deltas_; }

  // False: every cycle scans all symbols, whatever was marked. Same matches, more work.
  void set_tracking(bool on);
  void set_batch_symbols(uint32_t symbols) { batch_symbols_ = symbols; }

  // The expression's value per slot, on what the last cycle ingested; NaN is unknown.
  Status evaluate(const filter::Tree& tree, uint32_t base, std::vector<double>* values);
  // The expression's value at each stored closed kline of an interval of one symbol.
  Status history(const filter::Tree& tree, uint32_t base, uint32_t slot, std::vector<double>* values);

  // Updates that the sweep found unscanned: 0 as long as nothing is broken.
  [[nodiscard]] uint64_t sweep_found() const { return sweep_.found(); }
  // Records whose newest version has not been scanned: 0 at rest.
  [[nodiscard]] uint64_t unscanned() const { return count_unscanned(store_, blocks_); }
  // Series that were given up because their writer died in a rewrite: slot and interval.
  [[nodiscard]] std::vector<std::pair<uint32_t, uint32_t>> damaged() const;
  // Addresses of the ingested copy, for readers outside the engine.
  void for_each_address(const std::function<void(const char* name, double value)>& visit) const;

  [[nodiscard]] size_t node_count() const { return plan_.node_count(); }
  [[nodiscard]] uint32_t trader_count() const { return trader_count_; }
  [[nodiscard]] uint32_t symbol_count() const { return symbol_count_; }
  [[nodiscard]] uint32_t threads() const { return pool_.threads(); }
  [[nodiscard]] static size_t bytes_for(uint32_t max_symbols, uint32_t interval_count, uint32_t max_traders);

 private:
  void compile();
  // What removed symbols left counts as matched until it is packed: sets these bits for the sizer, or clears them again.
  void toggle_removed(uint32_t index);
  Status equip(Trader* trader, std::span<const filter::Tree> trees, const TraderOptions& options);
  // Returns how many words had a bit that no writer sets.
  uint32_t drain(double now_ms);
  uint32_t slice_end() const;
  // Ends a cycle early: what it has not scanned comes with the next change set.
  void put_rest_back();
  void end_cycle();
  // Warm-ups, steps and the now program of one block; `decide` false computes without deciding.
  void scan_block(uint32_t block, uint32_t thread, double now_ms, bool decide);
  // When a decision was made: for all lanes at `time`, or at a time of each.
  struct Decision {
    double time = 0;
    bool late = false;
    bool first = false;
    const double* lane_times = nullptr;
  };
  void warm_up(uint32_t block, uint32_t thread, Stepper& stepper, const Stepping& limits);
  void step_timeline(TimelineId id, uint32_t block, Stepper& stepper, const Stepping& limits);
  // Lanes whose close the engine before has decided for this trader.
  [[nodiscard]] LaneMask told(const Trader& trader, uint32_t block, const double* close_times) const;
  void forget_told();
  // Returns the lanes that were decided.
  LaneMask decide_closes(TimelineId id, uint32_t block, LaneMask lanes, const double* close_times,
                         LaneMask late);
  void decide_first_close(Trader& trader, uint32_t index, uint32_t block);
  // The now program, with every timeline that waits stepped ahead for the time of the look.
  void look(uint32_t block, uint32_t thread, Stepper& stepper, const Stepping& limits);
  void run_now(uint32_t block, uint32_t thread);
  // After the blocks: the logic that decisions read, then the traders on ticks that have a gate.
  void compute_logic(std::span<const uint32_t> blocks);
  void decide_gated(std::span<const uint32_t> blocks, double now_ms);
  void leave(uint32_t index, uint32_t block, double now_ms);
  // What a decision that found `truth` changes, as far as the gate lets it.
  void record(uint32_t index, uint32_t block, LaneMask lanes, LaneMask truth, const Decision& decision);
  // Of the lanes those in `matches` match from now on.
  void change(uint32_t index, uint32_t block, LaneMask lanes, LaneMask matches, const Decision& decision);

  market::Store store_;
  Arena& arena_;
  uint32_t blocks_count_;
  std::vector<Block> blocks_;
  std::vector<SeriesLanes> series_;
  Timelines timelines_;
  Plan plan_;
  ProgramCompiler compiler_;
  Programs programs_;
  bool has_fresh_ = false;
  std::vector<Trader> traders_;
  std::vector<std::vector<uint32_t>> close_traders_;  // by timeline
  std::vector<TickTrader> tick_traders_;
  DueTable due_lanes_;
  std::vector<uint32_t> gated_traders_;    // tick traders with a gate: time may make their blocks due
  std::vector<uint32_t> leaving_traders_;  // just switched off
  // There may be traders of which a snapshot is wanted, or with decisions told: a cycle in which there are none does not go
  // through all places for traders, which took more than a few dirty blocks.
  bool snapshots_wanted_ = false;
  bool has_told_ = false;
  std::vector<BlockResult> results_;
  std::vector<std::pair<uint32_t, Change>> removed_;  // by block: what removed symbols left
  // The cycle under way: its time, its due blocks, and the first one that no slice has scanned yet.
  double cycle_ms_ = 0;
  std::vector<uint32_t> due_;
  size_t next_due_ = 0;
  std::vector<uint8_t> wakes_;  // by block: due although nothing is dirty
  bool cycle_open_ = false;
  bool tracking_ = true;
  uint32_t batch_symbols_ = kBatchSymbols;
  uint32_t trader_count_ = 0;
  uint32_t symbol_count_ = 0;
  uint32_t used_slots_ = 0;  // slots that were ever used
  DeltaPacker packer_;
  PackedDeltas deltas_;
  DeltaSizer sizer_;
  Sweep sweep_;
  Pool pool_;
};

}  // namespace tickscan::scan
