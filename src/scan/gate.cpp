// Masks of lanes that are kept back, and the times that let them go.
#include "scan/gate.h"

#include <algorithm>
#include <limits>

namespace tickscan::scan {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kForever = std::numeric_limits<double>::infinity();

}  // namespace

bool Gate::make(Arena& arena, uint32_t blocks, const GateOptions& options) {
  options_ = options;
  decided_ms_ = kNever;
  if (options.cooldown_ms <= 0 && options.refresh_ms <= 0) return true;
  const size_t lane_bytes = sizeof(Lanes) * blocks;
  const size_t entered_bytes = options.cooldown_ms > 0 ? sizeof(double) * kLanes * blocks : 0;
  memory_ = arena.allocate(lane_bytes + entered_bytes);
  if (memory_ == nullptr) return false;
  lanes_ = {reinterpret_cast<Lanes*>(memory_), blocks};
  std::fill(lanes_.begin(), lanes_.end(), Lanes{0, 0, kForever, 0});
  if (entered_bytes == 0) return true;
  entered_ = reinterpret_cast<double*>(memory_ + lane_bytes);
  std::fill_n(entered_, size_t{blocks} * kLanes, kNever);
  return true;
}

void Gate::release(Arena& arena) {
  if (memory_ != nullptr) arena.release(memory_);
  *this = Gate{};
}

void Gate::inherit(const Gate& before) {
  decided_ms_ = before.decided_ms_;
  if (entered_ != nullptr && before.entered_ != nullptr) {
    std::copy_n(before.entered_, lanes_.size() * kLanes, entered_);
  }
}

void Gate::set_clock_back(double now_ms) {
  decided_ms_ = std::min(decided_ms_, now_ms);
  if (entered_ == nullptr) return;
  for (uint32_t block = 0; block < lanes_.size(); ++block) {
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      double& time = entered(block)[lane];
      time = std::min(time, now_ms);
    }
    note_release(block);
  }
}

void Gate::prepare(double now_ms, bool at_once) {
  now_ms_ = now_ms;
  open_ = at_once || decided_ms_ + options_.refresh_ms <= now_ms;
}

bool Gate::wakes(uint32_t block) const {
  const Lanes& lanes = lanes_[block];
  return open_ && (lanes.waiting != 0 || lanes.release_ms <= now_ms_);
}

void Gate::finish() {
  bool decided = false;
  for (Lanes& lanes : lanes_) {
    decided = decided || lanes.decided != 0;
    lanes.decided = 0;
  }
  if (decided) decided_ms_ = now_ms_;
}

LaneMask Gate::due(uint32_t block, LaneMask dirty, LaneMask readable) {
  Lanes& lanes = lanes_[block];
  const LaneMask wanted = lanes.waiting | dirty;
  if (!open_) {
    lanes.waiting = wanted;
    return 0;
  }
  LaneMask released = 0;
  if (lanes.release_ms <= now_ms_) {
    for_each_lane(lanes.held, [&](uint32_t lane) {
      const bool over = entered(block)[lane] + options_.cooldown_ms <= now_ms_;
      released |= static_cast<LaneMask>(over) << lane;
    });
  }
  const LaneMask deciding = (wanted | released) & readable;
  lanes.waiting = wanted & ~deciding;
  if (deciding != 0) lanes.decided = 1;
  return deciding;
}

LaneMask Gate::admit(uint32_t block, LaneMask lanes, LaneMask truth, LaneMask before, const double* times) {
  if (entered_ == nullptr) return truth;
  for_each_lane(lanes, [&](uint32_t lane) {
    double& last = entered(block)[lane];
    if (last > times[lane] + options_.cooldown_ms + options_.apart_ms) last = times[lane];
  });
  LaneMask kept_out = 0;
  for_each_lane(lanes & truth & ~before, [&](uint32_t lane) {
    double& last = entered(block)[lane];
    if (times[lane] < last + options_.cooldown_ms) {
      kept_out |= lane_bit(lane);
    } else {
      last = times[lane];
    }
  });
  LaneMask& held = lanes_[block].held;
  const LaneMask held_before = held;
  held = (held & ~lanes) | kept_out;
  if ((held | held_before) != 0) note_release(block);
  return truth & ~kept_out;
}

LaneMask Gate::admit(uint32_t block, LaneMask lanes, LaneMask truth, LaneMask before, double time) {
  if (entered_ == nullptr) return truth;
  double times[kLanes];
  std::fill_n(times, kLanes, time);
  return admit(block, lanes, truth, before, times);
}

void Gate::let_go(uint32_t block) {
  lanes_[block].held = 0;
  lanes_[block].release_ms = kForever;
}

void Gate::forget(uint32_t block, LaneMask lanes) {
  if (empty()) return;
  lanes_[block].held &= ~lanes;
  lanes_[block].waiting &= ~lanes;
  if (entered_ == nullptr) return;
  for_each_lane(lanes, [&](uint32_t lane) { entered(block)[lane] = kNever; });
  note_release(block);
}

std::span<double> Gate::entered_ms(uint32_t block) {
  if (entered_ == nullptr) return {};
  return {entered(block), kLanes};
}

void Gate::note_release(uint32_t block) {
  Lanes& lanes = lanes_[block];
  lanes.release_ms = kForever;
  for_each_lane(lanes.held, [&](uint32_t lane) {
    lanes.release_ms = std::min(lanes.release_ms, entered(block)[lane] + options_.cooldown_ms);
  });
}

}  // namespace tickscan::scan
