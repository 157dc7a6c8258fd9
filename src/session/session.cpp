// From the lagging set to who is muted.
#include "session/session.h"

#include <algorithm>

namespace tickscan::session {

namespace {

bool equal(std::span<const LaneMask> a, std::span<const LaneMask> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

Session::Session(const market::Store& store, std::span<const double> lengths_ms)
    : monitor_(store, lengths_ms),
      muted_(store.blocks()),
      said_lagging_(store.blocks()),
      said_stalled_(store.blocks()) {}

void Session::update(std::span<const scan::Block> blocks, double now_ms) {
  monitor_.look(blocks, now_ms);
  now_ms_ = now_ms;
  const bool was_active = active_;
  bool blinked = false;
  for (uint32_t block = 0; block < blocks.size(); ++block) {
    blinked = blinked || (monitor_.found_late()[block] & ~monitor_.lagging()[block]) != 0;
  }
  set_active();
  const bool back = mute(blocks);
  blinked = blinked && active_;
  resync_ = back || blinked || (active_ && !was_active);
  note(was_active, blinked, now_ms);
}

void Session::resume() {
  set_active();
  for (uint32_t block = 0; block < muted_.size(); ++block) {
    const LaneMask late = scope_ == Scope::symbol ? monitor_.lagging()[block] : monitor_.stalled()[block];
    muted_[block] = active_ ? late : kAllLanes;
  }
  monitor_.settle();
}

void Session::set_active() {
  bool holds = false;
  for (uint32_t block = 0; block < muted_.size(); ++block) {
    holds = holds || (monitor_.lagging()[block] & ~monitor_.stalled()[block]) != 0;
  }
  active_ = scope_ == Scope::symbol || !holds;
}

bool Session::mute(std::span<const scan::Block> blocks) {
  bool back = false;
  for (uint32_t block = 0; block < blocks.size(); ++block) {
    const LaneMask late = scope_ == Scope::symbol ? monitor_.lagging()[block] : monitor_.stalled()[block];
    const LaneMask muted = active_ ? late : kAllLanes;
    back = back || (muted_[block] & ~muted & blocks[block].active) != 0;
    muted_[block] = muted;
  }
  return back;
}

void Session::note(bool was_active, bool blinked, double now_ms) {
  if (was_active && !active_) inactive_since_ms_ = now_ms;
  if (!was_active && active_) inactive_ms_ += std::max(0.0, now_ms - inactive_since_ms_);
  if ((!was_active && active_) || (was_active && blinked && scope_ == Scope::session)) ++activations_;
  const bool same = was_active == active_ && said_scope_ == scope_ &&
                    equal(said_lagging_, monitor_.lagging()) && equal(said_stalled_, monitor_.stalled());
  if (same) return;
  ++version_;
  said_scope_ = scope_;
  std::copy(monitor_.lagging().begin(), monitor_.lagging().end(), said_lagging_.begin());
  std::copy(monitor_.stalled().begin(), monitor_.stalled().end(), said_stalled_.begin());
}

double Session::inactive_ms() const {
  return inactive_ms_ + (active_ ? 0 : std::max(0.0, now_ms_ - inactive_since_ms_));
}

}  // namespace tickscan::session
