// The gate of one trader: what stands between "the filter is true" and "the symbol matches" when the trader has a
// cooldown or a refresh time. A trader with neither has an empty gate, no memory and no work.
//
//   cooldown   a symbol that entered at T may not enter again before T + cooldown. Where the filter is true again
//              before, the lane is `held`: out of matches and deltas, until a decision at or after that time finds
//              the filter still true. For 'tick' traders the time alone brings it in: a held lane makes its block due.
//   refresh    ('tick' only) least time between two decisions. Lanes that change meanwhile are `waiting`, and are all
//              decided in the first cycle in which the time is over, even if nothing is dirty then. The time counts
//              from the last decision of any lane, so that a change after a quiet time is decided at once.
//
// Time is the clock for 'tick' and the kline's close time for 'close'. A clock that is set back makes cooldowns and
// refresh times start again at the new time, so that none lasts for longer than it says. Klines that are behind the one at
// which a symbol entered do so too, as after a change to an interval that is far behind: by more than the cooldown and the
// longest interval together. The newest closes of two intervals that keep up are no further apart than the longer one.
//
// prepare, finish and what changes the gate: the engine thread, between the cycle's parallel parts. Everything that
// takes a block: the pool thread that has the block. Nothing here allocates after make().
#pragma once

#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/lanes.h"

namespace tickscan::scan {

struct GateOptions {
  double cooldown_ms = 0;  // 0: none
  double refresh_ms = 0;   // 0: none
  double apart_ms = 0;  // how far behind others an interval's newest close may be: the longest one's length
};

class Gate {
 public:
  // False: the arena is full, nothing was taken.
  bool make(Arena& arena, uint32_t blocks, const GateOptions& options);
  void release(Arena& arena);

  // Takes over what the trader's gate before an update remembers, where this one has room for it.
  void inherit(const Gate& before);

  [[nodiscard]] bool empty() const { return memory_ == nullptr; }
  [[nodiscard]] const GateOptions& options() const { return options_; }

  // The clock says less than before.
  void set_clock_back(double now_ms);
  // At the start of a cycle: whether the refresh time is over, or need not be (`at_once`: a new trader).
  void prepare(double now_ms, bool at_once);
  // Whether time alone makes a block due in the cycle that was prepared.
  [[nodiscard]] bool wakes(uint32_t block) const;
  // After the cycle's last block.
  void finish();

  // The lanes that a 'tick' trader decides now, of those that are dirty. `readable` ones alone can be decided.
  LaneMask due(uint32_t block, LaneMask dirty, LaneMask readable);

  // What matches after a decision that found `truth` for the lanes. `times` has a time for each lane.
  LaneMask admit(uint32_t block, LaneMask lanes, LaneMask truth, LaneMask before, const double* times);
  LaneMask admit(uint32_t block, LaneMask lanes, LaneMask truth, LaneMask before, double time);

  // No lane of the block is kept back any more: the trader was switched off. When they entered stays.
  void let_go(uint32_t block);
  // Nothing of the lanes is remembered: their symbols are gone.
  void forget(uint32_t block, LaneMask lanes);

  // When the lanes of a block entered last, −∞ for never; an empty span without a cooldown.
  [[nodiscard]] std::span<double> entered_ms(uint32_t block);

 private:
  struct Lanes {
    LaneMask held;
    LaneMask waiting;
    double release_ms;  // earliest end of a held lane's cooldown; ∞ if none is held
    uint64_t decided;   // 1: something was decided in this cycle
  };

  void note_release(uint32_t block);
  [[nodiscard]] double* entered(uint32_t block) const { return entered_ + size_t{block} * kLanes; }

  GateOptions options_;
  std::byte* memory_ = nullptr;
  std::span<Lanes> lanes_;     // one per block
  double* entered_ = nullptr;  // one per lane, with a cooldown only
  double now_ms_ = 0;          // of the cycle
  double decided_ms_ = 0;      // of the last decision, −∞ before the first
  bool open_ = true;           // the refresh time is over
};

}  // namespace tickscan::scan
