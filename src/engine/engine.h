// The engine: one call per message. Owns the market region, the traders' arena and the scan.
//
// Every function is called by the engine thread. Times come in as arguments; the only clock read here is the
// steady one that measures how long a cycle took, and nothing is decided by it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/symbols.h"
#include "filter/compile.h"
#include "market/store.h"
#include "scan/scan.h"
#include "session/session.h"

namespace tickscan::engine {

struct EngineConfig {
  double max_symbols = 500;
  double max_klines = 500;
  double max_traders = 256;
  std::vector<std::string> intervals;
  double threads = 1;
  double trader_bytes = 0;  // 0: chosen from max_symbols
};

// The bytes that a configuration needs, by what they are for.
struct MemoryNeed {
  uint64_t market = 0;    // the shared region
  uint64_t tracking = 0;  // of that, what change tracking costs
  uint64_t traders = 0;   // the arena
  uint64_t scan = 0;      // the ingested copy
  uint64_t other = 0;     // code's data, stacks, everything small
  [[nodiscard]] uint64_t total() const { return market + traders + scan + other; }
};

// Names of the user's that stand for numbers in a filter.
using FilterParams = std::vector<std::pair<std::string, double>>;

struct TraderSpec {
  std::string id;
  std::string filter;
  std::string interval;  // empty: the first configured one
  bool on_close = false;
  bool enabled = true;
  double cooldown_ms = 0;
  double refresh_ms = 0;
  std::vector<std::string> column_names;
  std::vector<std::string> column_filters;
  FilterParams params;  // of the filter and the columns
};

struct TraderAck {
  uint32_t trader = 0;
  uint32_t cost = 0;                                     // nodes that it reads, shared ones included
  bool replayable = false;                               // closed klines alone decide it
  std::vector<std::pair<std::string, uint32_t>> warmup;  // interval, klines until it is ready
  std::vector<std::string> missing;  // symbols without a kline of an interval that it reads
};

struct Cycle {
  uint32_t number = 0;
  int32_t epoch = 0;
  scan::CycleReport report;
  double elapsed_us = 0;
};

struct Totals {
  uint64_t updated_symbols = 0;
  uint64_t filters_run = 0;
  uint64_t filters_skipped = 0;
  scan::IngestCounts ingested;
  uint64_t delta_entries = 0;  // of all cycles; what full results would have been beside them
  uint64_t full_entries = 0;
  uint64_t delta_bytes = 0;
  uint64_t full_bytes = 0;
};

class Engine {
 public:
  static Result<MemoryNeed> measure(const EngineConfig& config);
  static Result<std::unique_ptr<Engine>> create(const EngineConfig& config);
  ~Engine();

  // A symbol can be written from now on, and takes part in cycles once it was started: in between its history is
  // loaded, and nobody waits for it.
  Result<market::SymbolKey> add_symbol(const SymbolSpec& spec);
  // For an engine that takes over, after the market was copied: each symbol, then the session.
  Status resume_symbol(market::SymbolKey key, bool late, bool stalled, double lag_ms, double now_ms) {
    return symbols_->resume(key, late, stalled, lag_ms, now_ms);
  }
  void resume_session() { session_->resume(); }
  Status start_symbol(market::SymbolKey key) { return symbols_->start(key); }
  // The next cycle's deltas say which matches it left.
  Status remove_symbol(market::SymbolKey key) { return symbols_->remove(key); }
  Status configure_session(const SessionConfig& config) { return symbols_->configure(config); }
  Result<TraderAck> add_trader(const TraderSpec& spec);
  // The trader's whole new specification; on an error it runs on as it was.
  Result<TraderAck> update_trader(uint32_t trader, const TraderSpec& spec);
  Status remove_trader(uint32_t trader) { return scan_->remove_trader(trader); }
  Result<scan::TraderMemory> trader_memory(uint32_t trader) { return scan_->trader_memory(trader); }
  Status restore_trader(uint32_t trader, const scan::TraderMemory& memory) {
    return scan_->restore_trader(trader, memory);
  }
  Status request_snapshot(uint32_t trader);
  // One slice of a cycle (scan.h).
  Cycle cycle(double now_ms, scan::Start start = scan::Start::anew);
  Status set_batch_symbols(double symbols);
  void set_tracking(bool on) { scan_->set_tracking(on); }
  // The state of all indicators anew from the stored klines, with the next cycle.
  void recover() { scan_->recover(); }
  // After restore_trader and before the first cycle: decides every close after these times (scan.h).
  Status resume_trader(uint32_t trader, std::span<const double> decided, std::vector<scan::Told> told);
  // The timeline on which an `on: 'close'` trader decides, -1 for others; and how far it has, by slot.
  [[nodiscard]] int32_t timeline_of(uint32_t trader) const;
  Status decided(uint32_t trader, std::vector<double>* times) const;
  // When each symbol entered the trader last, by slot; nothing without a cooldown.
  Status entered(uint32_t trader, std::vector<double>* times);
  // One value per slot.
  Status evaluate(const std::string& text, const std::string& interval, const FilterParams& params,
                  std::vector<double>* values);
  // One value per stored closed kline of the interval.
  Status series(const std::string& text, const std::string& interval, const FilterParams& params,
                uint32_t slot, std::vector<double>* values);
  bool set_idle() { return store_->tracker().set_idle(); }

  [[nodiscard]] const market::Store& store() const { return *store_; }
  [[nodiscard]] const scan::Scan& scan() const { return *scan_; }
  [[nodiscard]] const session::Session& session() const { return *session_; }
  [[nodiscard]] const market::SymbolTable& symbols() const { return symbols_->table(); }
  [[nodiscard]] const Arena& arena() const { return *arena_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }
  [[nodiscard]] uint32_t cycles() const { return cycles_; }

 private:
  Engine() = default;
  Result<uint32_t> interval_index(const std::string& name) const;
  Result<filter::Tree> compile(const std::string& text, uint32_t interval, const FilterParams& params,
                               filter::Want want) const;
  [[nodiscard]] Result<scan::TraderOptions> options_of(const TraderSpec& spec) const;
  // A trader's filter and columns.
  Result<std::vector<filter::Tree>> trees_of(const TraderSpec& spec, uint32_t interval) const;
  [[nodiscard]] TraderAck ack_of(uint32_t trader, const TraderSpec& spec) const;
  [[nodiscard]] Status check_trader(uint32_t trader) const;
  [[nodiscard]] std::vector<std::string> missing_symbols(uint32_t reads) const;

  std::vector<std::string_view> intervals_;
  std::vector<double> lengths_ms_;
  std::vector<std::byte> region_;
  std::vector<std::byte> arena_bytes_;
  std::unique_ptr<market::Store> store_;
  std::unique_ptr<Arena> arena_;
  std::unique_ptr<scan::Scan> scan_;
  std::unique_ptr<session::Session> session_;
  std::unique_ptr<Symbols> symbols_;
  std::map<std::string, uint32_t> trader_ids_;
  uint32_t cycles_ = 0;
  Totals totals_;
};

}  // namespace tickscan::engine
