// A symbol's way through the engine: its slot in the market store, its lane in the scan, its place in the session,
// in the one order in which they may come and go. Called by the engine thread, between cycles.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "market/symbol_table.h"
#include "scan/scan.h"
#include "session/session.h"

namespace tickscan::engine {

struct SymbolSpec {
  std::string name;
  std::vector<std::string> intervals;           // that its feed brings; empty: all that are configured
  double threshold_s = kUnknown;                // of its lag; NaN: the session's
  std::optional<uint32_t> slot = std::nullopt;  // for an engine that takes over
};

// What is not given stays as it is.
struct SessionConfig {
  std::optional<double> threshold_s;
  std::optional<double> check_interval;
  std::optional<double> stalled_after_s;
  std::optional<session::Scope> scope;
  std::optional<std::vector<std::string>> priority_symbols;  // also such as are added later
};

class Symbols {
 public:
  Symbols(const market::Store& store, std::span<const double> lengths_ms, scan::Scan& scan,
          session::Session& session);

  // `intervals` are indices; its shortest interval is the one whose klines are counted.
  Result<market::SymbolKey> add(const SymbolSpec& spec, std::vector<uint32_t> intervals);
  // Where the engine before stood with it; then Session::resume.
  Status resume(market::SymbolKey key, bool late, bool stalled, double lag_ms, double now_ms);
  Status start(market::SymbolKey key);
  Status remove(market::SymbolKey key);
  // All or nothing.
  Status configure(const SessionConfig& config);
  void reclaim() { table_.reclaim(); }

  [[nodiscard]] const market::SymbolTable& table() const { return table_; }

 private:
  market::SymbolTable table_;
  std::vector<double> lengths_ms_;
  scan::Scan& scan_;
  session::Session& session_;
  std::set<std::string> priority_;
  std::vector<bool> started_;  // by slot
};

}  // namespace tickscan::engine
