// mark, drain and the idle handshake.
#include "base/dirty_tracker.h"

#include "base/futex.h"

namespace tickscan {

void DirtyTracker::mark(uint32_t row, uint32_t symbol) {
  const auto bit = static_cast<int32_t>(1U << (symbol % 32));
  const uint32_t index = symbol / 32;
  const int32_t before = control_->epoch.load(std::memory_order_seq_cst);
  word(static_cast<uint32_t>(before) & 1, row, index).fetch_or(bit, std::memory_order_seq_cst);
  const int32_t after = control_->epoch.load(std::memory_order_seq_cst);
  if (after != before) {
    word(static_cast<uint32_t>(after) & 1, row, index).fetch_or(bit, std::memory_order_seq_cst);
  }
  // Only the marker that takes the 1 away wakes the engine, so a burst wakes it once.
  if (control_->idle.load(std::memory_order_seq_cst) == 1 &&
      control_->idle.exchange(0, std::memory_order_seq_cst) == 1) {
    futex_wake_all(&control_->idle);
  }
}

LaneMask DirtyTracker::drain_block(uint32_t row, uint32_t block) {
  const uint32_t inactive = (static_cast<uint32_t>(epoch()) & 1) ^ 1;
  LaneMask lanes = 0;
  for (uint32_t half = 0; half < 2; ++half) {
    std::atomic<int32_t>& target = word(inactive, row, block * 2 + half);
    // The look saves the exchange on untouched words; a bit that it misses came after the swap, and its
    // marker has set it in the active buffer too.
    if (target.load(std::memory_order_seq_cst) == 0) continue;
    const auto bits = static_cast<uint32_t>(target.exchange(0, std::memory_order_seq_cst));
    lanes |= static_cast<LaneMask>(bits) << (32 * half);
  }
  return lanes;
}

bool DirtyTracker::set_idle() {
  control_->idle.store(1, std::memory_order_seq_cst);
  const uint32_t total = 2 * rows_ * row_words_;
  for (uint32_t i = 0; i < total; ++i) {
    if (words_[i].load(std::memory_order_seq_cst) == 0) continue;
    control_->idle.store(0, std::memory_order_seq_cst);
    return false;
  }
  return true;
}

}  // namespace tickscan
