// First fit with joining of free neighbours.
#include "base/arena.h"

#include <algorithm>

#include "base/assert.h"

namespace tickscan {

namespace {
constexpr size_t kAlignment = 16;
constexpr size_t round_up(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }
}  // namespace

Arena::Arena(std::byte* memory, size_t bytes)
    : memory_(memory), bytes_total_(bytes / kAlignment * kAlignment) {
  TICKSCAN_ASSERT(reinterpret_cast<uintptr_t>(memory) % kAlignment == 0);
  if (bytes_total_ > 0) free_.emplace(0, bytes_total_);
}

std::byte* Arena::allocate(size_t bytes) {
  // Also keeps the rounding below from wrapping round to 0.
  if (bytes > bytes_total_) return nullptr;
  const size_t need = round_up(std::max<size_t>(bytes, 1));
  for (auto it = free_.begin(); it != free_.end(); ++it) {
    const auto [offset, size] = *it;
    if (size < need) continue;
    free_.erase(it);
    if (size > need) free_.emplace(offset + need, size - need);
    allocated_.emplace(offset, need);
    bytes_used_ += need;
    return memory_ + offset;
  }
  return nullptr;
}

void Arena::release(std::byte* piece) {
  size_t offset = static_cast<size_t>(piece - memory_);
  const auto found = allocated_.find(offset);
  TICKSCAN_ASSERT(found != allocated_.end());
  size_t size = found->second;
  bytes_used_ -= size;
  allocated_.erase(found);
  auto next = free_.lower_bound(offset);
  if (next != free_.begin()) {
    const auto previous = std::prev(next);
    if (previous->first + previous->second == offset) {
      offset = previous->first;
      size += previous->second;
      free_.erase(previous);
    }
  }
  if (next != free_.end() && offset + size == next->first) {
    size += next->second;
    free_.erase(next);
  }
  free_.emplace(offset, size);
}

size_t Arena::largest_free() const {
  size_t largest = 0;
  for (const auto& [offset, size] : free_) largest = std::max(largest, size);
  return largest;
}

}  // namespace tickscan
