// The order of steps, and the waiting.
#include "scan/stepper.h"

#include <algorithm>

#include "base/whole_word.h"
#include "scan/execute.h"

namespace tickscan::scan {

namespace {

// Klines that a lane copies out of its ring at once: a cache line of each column, and one check for all of them.
constexpr uint32_t kRun = 8;

struct KlineRun {
  double fields[kRun][market::kKlineFields][kLanes];
};

void copy_kline(const KlineRun& from, uint32_t k, uint32_t fields, LaneMask lanes, double* to) {
  for (; fields != 0; fields &= fields - 1) {
    const auto field = static_cast<uint32_t>(std::countr_zero(fields));
    const double* column = from.fields[k][field];
    double* target = to + size_t{field} * kLanes;
    for_each_lane(lanes, [=](uint32_t lane) { target[lane] = column[lane]; });
  }
}

}  // namespace

void Stepper::take_times(const StepProgram& program, LaneMask lanes, double* close_times) const {
  const double* open_times = program.lanes[program.base].at<double>(block_index_);
  const double length_ms = block_.series[program.base].length_ms;
  for_each_lane(lanes, [=](uint32_t lane) { close_times[lane] = open_times[lane] + length_ms; });
}

// A timeline of one interval waits for nobody, so its klines can be read some at a time.
void Stepper::run_alone(const StepProgram& program, LaneMask lanes, const Stepping& stepping,
                        OnBase on_base) {
  const uint32_t base = program.base;
  auto* cursors = program.cursors[base].at<uint32_t>(block_index_);
  auto* fields = program.lanes[base].at<double>(block_index_);
  const uint32_t* limits = stepping.limits[base];
  const uint32_t wanted = program.fields & ((1U << market::kKlineFields) - 1);
  double close_times[kLanes];
  KlineRun run;
  for (;;) {
    uint32_t counts[kLanes];
    uint32_t most = 0;
    for_each_lane(lanes, [&](uint32_t lane) {
      counts[lane] = cursors[lane] < limits[lane] ? std::min(limits[lane] - cursors[lane], kRun) : 0;
      most = std::max(most, counts[lane]);
    });
    if (most == 0) return;
    for_each_lane(lanes, [&](uint32_t lane) {
      if (counts[lane] == 0) return;
      const auto read = ring(lane, base)
                            .read_run(cursors[lane], counts[lane], block_.series[base].revision[lane], wanted,
                                      &run.fields[0][0][lane], market::kKlineFields * kLanes, kLanes);
      if (read == market::KlineRing::Read::ok) return;
      broken(base, lane);
      lanes &= ~lane_bit(lane);
    });
    for (uint32_t k = 0; k < most; ++k) {
      LaneMask taken = 0;
      for_each_lane(lanes, [&](uint32_t lane) { taken |= static_cast<LaneMask>(k < counts[lane]) << lane; });
      if (taken == 0) break;
      copy_kline(run, k, wanted, taken, fields);
      take_times(program, taken, close_times);
      step(program, base, taken);
      for_each_lane(taken, [=](uint32_t lane) { cursors[lane] += 1; });
      on_base(taken, close_times, 0);
    }
  }
}

void Stepper::run(const StepProgram& program, LaneMask lanes, const Stepping& stepping, OnBase on_base) {
  const uint32_t base = program.base;
  auto* cursors = program.cursors[base].at<uint32_t>(block_index_);
  const uint32_t* limits = stepping.limits[base];
  const bool alone = program.intervals == 1U << base;
  // Mostly nothing has closed.
  uint32_t behind = 0;
  for_each_lane(lanes, [&](uint32_t lane) { behind |= static_cast<uint32_t>(cursors[lane] < limits[lane]); });
  if (behind == 0) return;
  if (stepping.newest_only) {
    for_each_lane(lanes, [&](uint32_t lane) {
      if (cursors[lane] + 1 < limits[lane]) cursors[lane] = limits[lane] - 1;
    });
  }
  if (alone) {
    // Mostly there is one new kline in each lane, or none.
    uint32_t most = 0;
    for_each_lane(lanes, [&](uint32_t lane) {
      if (cursors[lane] < limits[lane]) most = std::max(most, limits[lane] - cursors[lane]);
    });
    if (most > 1) {
      run_alone(program, lanes, stepping, on_base);
      return;
    }
  }
  double close_times[kLanes];
  for (;;) {
    LaneMask due = 0;
    for_each_lane(lanes,
                  [&](uint32_t lane) { due |= static_cast<LaneMask>(cursors[lane] < limits[lane]) << lane; });
    LaneMask late = 0;
    if (!alone && !stepping.force) due = reached(program, due, stepping, &late);
    if (due == 0) return;
    LaneMask taken = gather(program, base, due);
    take_times(program, taken, close_times);
    if (!alone) step_others(program, &taken, close_times, stepping);
    step(program, base, taken);
    for_each_lane(taken, [&](uint32_t lane) { cursors[lane] += 1; });
    lanes &= ~(due & ~taken);
    if (taken != 0) on_base(taken, close_times, late & taken);
  }
}

void Stepper::restart(const StepProgram& program, LaneMask lanes, const Stepping& stepping) {
  for (uint32_t i = 0; i < block_.series.size(); ++i) {
    if ((program.intervals >> i & 1) == 0) continue;
    auto* cursors = program.cursors[i].at<uint32_t>(block_index_);
    auto* fields = program.lanes[i].at<double>(block_index_);
    for_each_lane(lanes, [&](uint32_t lane) {
      // A run that ends before the newest kline must not ask for klines that the ring has given up for it.
      const uint32_t limit = stepping.limits[i][lane];
      const uint32_t kept = ring(lane, i).oldest(std::max(limit, block_.series[i].visible[lane]));
      cursors[lane] = std::min(kept, limit);
      for (uint32_t field = 0; field < market::kKlineFields; ++field)
        fields[field * kLanes + lane] = kUnknown;
    });
  }
  // What reads several intervals lies on the base's clock and comes last.
  for (uint32_t i = 0; i < block_.series.size(); ++i) {
    if (i != program.base) restart_steps(program.steps[i], lanes);
  }
  restart_steps(program.steps[program.base], lanes);
}

// Operators are computed on what is unknown, rather than being unknown themselves: `close < 1 or 2 > 1` is true
// before any kline came.
void Stepper::restart_steps(const std::vector<Instruction>& steps, LaneMask lanes) {
  for (const Instruction& instruction : steps) {
    execute_reset(instruction, block_index_, lanes);
    if (instruction.kernel == nullptr) execute_step(instruction, block_index_, lanes);
  }
}

void Stepper::broken(uint32_t interval, uint32_t lane) {
  constexpr int32_t kNoRevision = -1;
  block_.series[interval].revision[lane] = kNoRevision;
  block_.broken |= lane_bit(lane);
  store_.tracker().mark(1 + interval, block_index_ * kLanes + lane);
}

LaneMask Stepper::gather(const StepProgram& program, uint32_t interval, LaneMask lanes) {
  const auto* cursors = program.cursors[interval].at<uint32_t>(block_index_);
  auto* fields = program.lanes[interval].at<double>(block_index_);
  SeriesLanes& series = block_.series[interval];
  LaneMask taken = 0;
  // All copies, then all checks: a check is a read-modify-write, which waits for every load before it, so that copies
  // between checks would miss the cache one after another.
  for_each_lane(lanes,
                [&](uint32_t lane) { ring(lane, interval).copy(cursors[lane], fields + lane, kLanes); });
  for_each_lane(lanes, [&](uint32_t lane) {
    const auto read = ring(lane, interval).check(cursors[lane], series.revision[lane]);
    if (read == market::KlineRing::Read::ok) {
      taken |= lane_bit(lane);
      return;
    }
    // What was copied may be torn, and is read by nobody before the lane is built anew; it shall not look like a kline.
    for (uint32_t field = 0; field < market::kKlineFields; ++field) fields[field * kLanes + lane] = kUnknown;
    broken(interval, lane);
  });
  return taken;
}

void Stepper::step(const StepProgram& program, uint32_t interval, LaneMask lanes) {
  if (lanes == 0) return;
  for (const Instruction& instruction : program.steps[interval]) {
    store_whole(suspect_, instruction.owner);
    execute_step(instruction, block_index_, lanes);
  }
}

void Stepper::step_others(const StepProgram& program, LaneMask* lanes, const double* close_times,
                          const Stepping& stepping) {
  for (uint32_t i = 0; i < block_.series.size(); ++i) {
    if (i == program.base || (program.intervals >> i & 1) == 0) continue;
    auto* cursors = program.cursors[i].at<uint32_t>(block_index_);
    const double length_ms = block_.series[i].length_ms;
    for (;;) {
      LaneMask due = 0;
      for_each_lane(*lanes, [&](uint32_t lane) {
        if (cursors[lane] >= stepping.limits[i][lane]) return;
        const double close_time = ring(lane, i).open_time_guess(cursors[lane]) + length_ms;
        if (close_time <= close_times[lane]) due |= lane_bit(lane);
      });
      if (due == 0) break;
      const LaneMask taken = gather(program, i, due);
      *lanes &= ~(due & ~taken);
      step(program, i, taken);
      for_each_lane(taken, [&](uint32_t lane) { cursors[lane] += 1; });
    }
  }
}

LaneMask Stepper::reached(const StepProgram& program, LaneMask lanes, const Stepping& stepping,
                          LaneMask* late) const {
  const uint32_t base = program.base;
  const auto* cursors = program.cursors[base].at<uint32_t>(block_index_);
  LaneMask due = 0;
  for_each_lane(lanes, [&](uint32_t lane) {
    const double close_time = ring(lane, base).open_time_guess(cursors[lane]) + block_.series[base].length_ms;
    bool all = true;
    bool coming = false;
    for (uint32_t i = 0; i < block_.series.size(); ++i) {
      if (i == base || (program.intervals >> i & 1) == 0) continue;
      if (series_reached(i, lane, close_time, stepping.limits[i][lane])) continue;
      all = false;
      coming = coming || more_coming(i, lane, stepping.limits[i][lane]);
    }
    const bool last_call = !coming && cursors[lane] + 1 < stepping.limits[base][lane];
    if (all || last_call) due |= lane_bit(lane);
    if (!all && last_call) *late |= lane_bit(lane);
  });
  return due;
}

// The next kline of the base may be in this cycle although what was written before it is not: the rows were drained one
// after the other. It is in the next one.
bool Stepper::more_coming(uint32_t interval, uint32_t lane, uint32_t limit) const {
  const market::KlineRing series = ring(lane, interval);
  if (series.count() > limit) return true;
  if ((series.revision() & 1) == 0 || (block_.series[interval].damaged >> lane & 1) != 0) return false;
  // It is being rewritten; should that never end, a look that finds it so for long enough says so.
  store_.tracker().mark(1 + interval, block_index_ * kLanes + lane);
  return true;
}

// The kline of the last boundary ≤ close_time is stored, or a later one is seen. Boundaries are where the
// series' own klines end, so a kline that ends within one length before close_time is that kline.
bool Stepper::series_reached(uint32_t interval, uint32_t lane, double close_time, uint32_t limit) const {
  if (limit == 0) return true;
  const double length_ms = block_.series[interval].length_ms;
  const double last_close = ring(lane, interval).open_time_guess(limit - 1) + length_ms;
  if (last_close > close_time - length_ms) return true;
  const int32_t slot = block_.series[interval].reader_slot[lane];
  const double live =
      store_.series(block_index_ * kLanes + lane, interval).slots[slot][market::kline_open_time];
  return live > close_time - length_ms;
}

}  // namespace tickscan::scan
