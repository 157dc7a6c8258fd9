// Steps a program's closed klines for one block, in the order of its timeline (timeline.h).
//
// One object per block and cycle, on the pool thread that has the block. Every kline is copied out of its
// ring and checked; a lane whose ring was rewritten or lapped meanwhile drops out as broken, and is rebuilt
// in the next cycle.
#pragma once

#include "base/function_ref.h"
#include "market/store.h"
#include "scan/block.h"
#include "scan/instruction.h"

namespace tickscan::scan {

struct Stepping {
  // Klines that may be stepped, per interval: 64 counts.
  std::array<const uint32_t*, market::kMaxIntervals> limits{};
  // Do not wait for other intervals: what is stored is all there is.
  bool force = false;
  // Nothing looks at the values in between: only the newest kline is taken.
  bool newest_only = false;
};

class Stepper {
 public:
  Stepper(const market::Store& store, uint32_t block_index, Block& block, uint32_t thread)
      : store_(store), block_index_(block_index), block_(block), suspect_(store.suspect(thread)) {}

  // Called after each base kline: the lanes that stepped, their close times, and those that did not wait for
  // a series to the end (late).
  using OnBase = FunctionRef<void(LaneMask lanes, const double* close_times, LaneMask late)>;

  void run(const StepProgram& program, LaneMask lanes, const Stepping& stepping, OnBase on_base);

  // Cursors to the oldest stored kline, outputs and states to nothing, for the lanes.
  void restart(const StepProgram& program, LaneMask lanes, const Stepping& stepping);

 private:
  void run_alone(const StepProgram& program, LaneMask lanes, const Stepping& stepping, OnBase on_base);
  void take_times(const StepProgram& program, LaneMask lanes, double* close_times) const;
  // Takes the next kline of an interval for each lane; returns the lanes for which that went well.
  LaneMask gather(const StepProgram& program, uint32_t interval, LaneMask lanes);
  void broken(uint32_t interval, uint32_t lane);
  void restart_steps(const std::vector<Instruction>& steps, LaneMask lanes);
  void step(const StepProgram& program, uint32_t interval, LaneMask lanes);
  // The lanes whose other series have reached the next base close, or can be waited for no longer.
  LaneMask reached(const StepProgram& program, LaneMask lanes, const Stepping& stepping,
                   LaneMask* late) const;
  [[nodiscard]] bool series_reached(uint32_t interval, uint32_t lane, double close_time,
                                    uint32_t limit) const;
  [[nodiscard]] bool more_coming(uint32_t interval, uint32_t lane, uint32_t limit) const;
  void step_others(const StepProgram& program, LaneMask* lanes, const double* close_times,
                   const Stepping& stepping);

  [[nodiscard]] market::KlineRing ring(uint32_t lane, uint32_t interval) const {
    return store_.ring(block_index_ * kLanes + lane, interval);
  }

  const market::Store& store_;
  uint32_t block_index_;
  Block& block_;
  std::atomic<int32_t>& suspect_;
};

}  // namespace tickscan::scan
