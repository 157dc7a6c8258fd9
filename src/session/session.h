// The gate: whether anybody outside may act on what the scan found. Everything goes on being computed and sent; who
// receives it holds it back by what is said here.
//
//   scope session   active exactly when no symbol lags; a stalled one is muted alone and holds nothing up
//   scope symbol    always active; every lagging symbol is muted
//
// While the session is inactive all symbols are muted. Where symbols come back, the cycle's deltas are snapshots: what
// happened meanwhile is not told piece by piece. That also holds if a symbol was late at one check of a cycle and
// caught up at a later one of the same cycle.
//
// Called by the engine thread. Time comes in as an argument.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "session/lag_monitor.h"

namespace tickscan::session {

enum class Scope : uint8_t { session, symbol };

class Session {
 public:
  Session(const market::Store& store, std::span<const double> lengths_ms);

  LagMonitor& monitor() { return monitor_; }
  [[nodiscard]] const LagMonitor& monitor() const { return monitor_; }
  // Takes effect with the next update.
  void set_scope(Scope scope) { scope_ = scope; }
  [[nodiscard]] Scope scope() const { return scope_; }

  // After its symbols were resumed: what is muted is what the engine before had muted.
  void resume();
  // After a cycle's barrier, before its deltas are packed.
  void update(std::span<const scan::Block> blocks, double now_ms);

  [[nodiscard]] bool active() const { return active_; }
  // Symbols that were muted come back with this cycle.
  [[nodiscard]] bool resync() const { return resync_; }
  // Moves whenever something that concerns the outside has changed.
  [[nodiscard]] uint32_t version() const { return version_; }
  [[nodiscard]] LaneMask muted(uint32_t block) const { return muted_[block]; }
  [[nodiscard]] double inactive_ms() const;
  [[nodiscard]] uint32_t activations() const { return activations_; }

 private:
  void set_active();
  // Returns whether a lane that was muted is no longer.
  bool mute(std::span<const scan::Block> blocks);
  void note(bool was_active, bool blinked, double now_ms);

  LagMonitor monitor_;
  Scope scope_ = Scope::session;
  bool active_ = true;
  bool resync_ = false;
  uint32_t version_ = 0;
  std::vector<LaneMask> muted_;
  // What was said last, to see what is new.
  std::vector<LaneMask> said_lagging_;
  std::vector<LaneMask> said_stalled_;
  Scope said_scope_ = Scope::session;
  double now_ms_ = kUnknown;
  double inactive_since_ms_ = kUnknown;
  double inactive_ms_ = 0;
  uint32_t activations_ = 0;
};

}  // namespace tickscan::session
