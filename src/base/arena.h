// A fixed piece of memory from which traders take their state, so that the whole need of a configuration is
// known before anything runs and a trader that does not fit is refused instead of growing the memory.
//
// First fit over an address-ordered free list; neighbours are joined on release. Called by the engine
// thread only, when traders come and go, never inside a scan. Every piece starts at a multiple of 16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>

namespace tickscan {

class Arena {
 public:
  // The memory stays the caller's and must outlive the arena.
  Arena(std::byte* memory, size_t bytes);

  // nullptr when no free piece is large enough. The contents are not initialised.
  std::byte* allocate(size_t bytes);
  void release(std::byte* piece);

  [[nodiscard]] size_t bytes_total() const { return bytes_total_; }
  [[nodiscard]] size_t bytes_used() const { return bytes_used_; }
  [[nodiscard]] size_t largest_free() const;

 private:
  std::byte* memory_;
  size_t bytes_total_;
  size_t bytes_used_ = 0;
  std::map<size_t, size_t> free_;                 // offset → bytes; no two are neighbours
  std::unordered_map<size_t, size_t> allocated_;  // offset → bytes
};

}  // namespace tickscan
