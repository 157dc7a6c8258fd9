// What one pool thread does for one block in a cycle: ingest, warm up, step, decide closes, compute now. Everything it
// writes belongs to the block. What comes after the blocks stands in scan_decide.cpp.
#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/whole_word.h"
#include "scan/execute.h"
#include "scan/ingest.h"
#include "scan/scan.h"
#include "scan/thresholds.h"

namespace tickscan::scan {

void Scan::scan_block(uint32_t index, uint32_t thread, double now_ms, bool decide) {
  Block& block = blocks_[index];
  ingest(store_, index, block, now_ms, &results_[index].ingested);
  Stepper stepper(store_, index, block, thread);
  // Others see from it that a long scan goes on.
  store_.control().heartbeat.fetch_add(1, std::memory_order_relaxed);
  Stepping limits;
  for (uint32_t i = 0; i < block.series.size(); ++i) limits.limits[i] = block.series[i].visible;
  warm_up(index, thread, stepper, limits);
  for (const TimelineId id : programs_.order) step_timeline(id, index, stepper, limits);
  refresh_now(store_, index, block);
  look(index, thread, stepper, limits);
  store_whole(store_.suspect(thread), 0);
  if (!decide) return;
  // A series that could not be read has left its row.
  LaneMask updated = 0;
  for (const LaneMask row : block.dirty) updated |= row;
  updated &= block.updated;
  results_[index].updated_symbols = static_cast<uint32_t>(std::popcount(updated));
  stamp(store_, index, updated, now_ms);
  for (const auto& traders : close_traders_) {
    for (const uint32_t trader : traders) {
      if (traders_[trader].fresh) decide_first_close(traders_[trader], trader, index);
    }
  }
  for (const uint32_t trader : leaving_traders_) leave(trader, index, now_ms);
  results_[index].broken = block.broken;
  put_back(store_, index, block, block.broken);
}

void Scan::warm_up(uint32_t index, uint32_t thread, Stepper& stepper, const Stepping& limits) {
  Block& block = blocks_[index];
  if (block.active == 0) return;
  for (const WarmUp& one : programs_.warm_ups) {
    const StepProgram& permanent = programs_.timelines[one.timeline];
    Stepping stepping = limits;
    stepping.force = true;
    if (one.by_thread.empty()) {
      // A new timeline: its first run takes all that is stored, and nothing before counts as undecided.
      stepper.restart(permanent, block.active, stepping);
      auto* decided = permanent.decided.at<double>(index);
      stepper.run(permanent, block.active, stepping,
                  [&](LaneMask lanes, const double* close_times, LaneMask) {
                    for_each_lane(lanes, [&](uint32_t lane) { decided[lane] = close_times[lane]; });
                  });
      continue;
    }
    // Beside the timeline, up to where it stands.
    for (uint32_t i = 0; i < block.series.size(); ++i) {
      if ((permanent.intervals >> i & 1) != 0) stepping.limits[i] = permanent.cursors[i].at<uint32_t>(index);
    }
    const StepProgram& program = one.by_thread[thread];
    stepper.restart(program, block.active, stepping);
    stepper.run(program, block.active, stepping, [](LaneMask, const double*, LaneMask) {});
  }
}

void Scan::step_timeline(TimelineId id, uint32_t index, Stepper& stepper, const Stepping& limits) {
  Block& block = blocks_[index];
  const StepProgram& program = programs_.timelines[id];
  LaneMask rebuild = 0;
  LaneMask lanes = 0;
  for (uint32_t i = 0; i < block.series.size(); ++i) {
    if ((program.intervals >> i & 1) == 0) continue;
    rebuild |= block.series[i].rebuild;
    lanes |= block.dirty[1 + i];
  }
  if (lanes == 0) return;
  if (rebuild != 0) stepper.restart(program, rebuild, limits);
  Stepping stepping = limits;
  const auto& traders = close_traders_[id];
  stepping.newest_only = timelines_.single(id) && traders.empty() && program.steps[program.base].empty();
  LaneMask decided = 0;
  stepper.run(program, lanes, stepping, [&](LaneMask stepped, const double* close_times, LaneMask late) {
    decided |= decide_closes(id, index, stepped, close_times, late);
  });
  for (const uint32_t trader : traders) {
    if (!traders_[trader].fresh) results_[index].filters_run += static_cast<uint64_t>(std::popcount(decided));
  }
}

// A kline that was decided before stays decided, and of a history load only the last one is.
LaneMask Scan::decide_closes(TimelineId id, uint32_t index, LaneMask lanes, const double* close_times,
                             LaneMask late) {
  const StepProgram& program = programs_.timelines[id];
  auto* decided = program.decided.at<double>(index);
  const auto* cursors = program.cursors[program.base].at<uint32_t>(index);
  LaneMask due = 0;
  for_each_lane(lanes, [&](uint32_t lane) {
    if (close_times[lane] <= decided[lane]) return;
    const uint32_t slot = index * kLanes + lane;
    if (cursors[lane] < store_.ring(slot, program.base).history_count()) return;
    due |= lane_bit(lane);
    decided[lane] = close_times[lane];
  });
  if (due == 0) return due;
  // Lanes with one close time are decided together, and all traders decide the same groups.
  struct Group {
    LaneMask lanes;
    Decision decision;
  };
  Group groups[kLanes];
  uint32_t count = 0;
  for (LaneMask left = due; left != 0; ++count) {
    const auto first = static_cast<uint32_t>(std::countr_zero(left));
    LaneMask same = 0;
    for_each_lane(left, [&](uint32_t lane) {
      const bool equal = close_times[lane] == close_times[first] && (late >> lane & 1) == (late >> first & 1);
      same |= static_cast<LaneMask>(equal) << lane;
    });
    groups[count] = {same, {close_times[first], (late >> first & 1) != 0}};
    left &= ~same;
  }
  for (const uint32_t trader : close_traders_[id]) {
    const Trader& one = traders_[trader];
    if (one.fresh) continue;
    const LaneMask truth = one.condition.at<Condition>(index)->value;
    const LaneMask known = one.told.empty() ? 0 : told(one, index, close_times);
    for (uint32_t i = 0; i < count; ++i) {
      const LaneMask group = groups[i].lanes & ~known;
      if (group != 0) record(trader, index, group, truth, groups[i].decision);
    }
  }
  return due;
}

void Scan::decide_first_close(Trader& trader, uint32_t number, uint32_t index) {
  const StepProgram& program = programs_.timelines[trader.expression.timeline];
  const double* open_times = program.lanes[program.base].at<double>(index);
  const Block& block = blocks_[index];
  LaneMask due = 0;
  double close_times[kLanes];
  double newest = 0;
  for_each_lane(block.active & ~block.broken, [&](uint32_t lane) {
    close_times[lane] = open_times[lane] + block.series[program.base].length_ms;
    if (!(open_times[lane] == open_times[lane])) return;
    due |= lane_bit(lane);
    newest = std::max(newest, close_times[lane]);
  });
  results_[index].filters_run += static_cast<uint64_t>(std::popcount(due));
  // Without a kline nothing is true: what an updated trader matched before leaves there too.
  record(number, index, block.active & ~block.broken, trader.condition.at<Condition>(index)->value & due,
         {newest, false, true, close_times});
}

void Scan::look(uint32_t index, uint32_t thread, Stepper& stepper, const Stepping& limits) {
  const Block& block = blocks_[index];
  Stepping stepping = limits;
  stepping.force = true;
  std::byte* room = programs_.saved.empty() ? nullptr : programs_.saved[thread].data();
  const auto for_each_saved = [&](auto&& copy) {
    size_t offset = 0;
    for (const LookAhead& one : programs_.look_aheads) {
      for (const Region& region : one.regions) {
        copy(region.start.at<std::byte>(index), room + offset, region.bytes);
        offset += region.bytes;
      }
    }
  };
  bool ahead = false;
  for (const LookAhead& one : programs_.look_aheads) {
    const StepProgram& program = programs_.timelines[one.timeline];
    const auto* cursors = program.cursors[program.base].at<uint32_t>(index);
    LaneMask waiting = 0;
    for_each_lane(block.active & ~block.broken, [&](uint32_t lane) {
      waiting |= static_cast<LaneMask>(cursors[lane] < limits.limits[program.base][lane]) << lane;
    });
    if (waiting == 0) continue;
    if (!ahead) {
      for_each_saved(
          [](const std::byte* from, std::byte* to, size_t bytes) { std::memcpy(to, from, bytes); });
    }
    ahead = true;
    stepper.run(program, waiting, stepping, [](LaneMask, const double*, LaneMask) {});
  }
  run_now(index, thread);
  if (ahead) {
    for_each_saved([](std::byte* to, const std::byte* from, size_t bytes) { std::memcpy(to, from, bytes); });
  }
}

void Scan::run_now(uint32_t index, uint32_t thread) {
  const Block& block = blocks_[index];
  DueLanes due(block);
  std::atomic<int32_t>& suspect = store_.suspect(thread);
  for (const Instruction& instruction : programs_.now) {
    const LaneMask lanes = instruction.fresh ? block.active & ~block.broken : due.in(instruction.rows);
    if (lanes == 0) continue;
    const LaneMask live = instruction.kernel == nullptr ? 0 : lanes & block.series[instruction.clock].live;
    store_whole(suspect, instruction.owner);
    if (instruction.threshold_count > 0) {
      const std::span<const Threshold> all(programs_.thresholds);
      run_thresholds(instruction, all.subspan(instruction.first_threshold, instruction.threshold_count),
                     index, lanes);
      continue;
    }
    execute_now(instruction, index, lanes, live);
  }
}

}  // namespace tickscan::scan
