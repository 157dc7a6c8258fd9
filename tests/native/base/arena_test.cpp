// The arena against a model: pieces never overlap, what is released can be had again, and everything that
// was released joins into one piece.
#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include "base/rounds.h"

namespace tickscan {
namespace {

struct Memory {
  explicit Memory(size_t size) : bytes(size + 16), start(bytes.data()) {
    start += (16 - reinterpret_cast<uintptr_t>(start) % 16) % 16;
  }
  std::vector<std::byte> bytes;
  std::byte* start;
};

TEST(Arena, GivesAllOfItsMemoryAndNoMore) {
  Memory memory(1024);
  Arena arena(memory.start, 1024);
  EXPECT_EQ(arena.allocate(1025), nullptr);
  EXPECT_EQ(arena.allocate(1024), memory.start);
  EXPECT_EQ(arena.allocate(1), nullptr);
  EXPECT_EQ(arena.largest_free(), 0U);
}

TEST(Arena, NothingIsAPieceOfItsOwn) {
  Memory memory(64);
  Arena arena(memory.start, 64);
  EXPECT_NE(arena.allocate(0), arena.allocate(0));
}

TEST(Arena, ANeedThatOverflowsWhenRoundedIsRefused) {
  Memory memory(64);
  Arena arena(memory.start, 64);
  EXPECT_EQ(arena.allocate(std::numeric_limits<size_t>::max()), nullptr);
  EXPECT_EQ(arena.allocate(std::numeric_limits<size_t>::max() - 14), nullptr);
  EXPECT_EQ(arena.bytes_used(), 0U);
}

TEST(Arena, NeighboursJoinInAnyOrderOfRelease) {
  constexpr size_t kOrders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& order : kOrders) {
    Memory memory(96);
    Arena arena(memory.start, 96);
    std::byte* pieces[3];
    for (std::byte*& piece : pieces) piece = arena.allocate(32);
    for (const size_t i : order) arena.release(pieces[i]);
    EXPECT_EQ(arena.largest_free(), 96U);
    EXPECT_EQ(arena.allocate(96), memory.start);
  }
}

TEST(Arena, AgreesWithAModelOverAnySequence) {
  constexpr size_t kBytes = 4096;
  auto random = seeded("Arena.AgreesWithAModelOverAnySequence");
  Memory memory(kBytes);
  Arena arena(memory.start, kBytes);
  std::map<std::byte*, size_t> held;  // start → rounded size; filled with a byte of its own
  size_t used = 0;
  for (uint64_t step = 0; step < rounds(20000); ++step) {
    if (random() % 5 < 3) {
      const size_t need = random() % 300;
      const size_t rounded = (std::max<size_t>(need, 1) + 15) / 16 * 16;
      const bool fits = arena.largest_free() >= rounded;
      std::byte* piece = arena.allocate(need);
      ASSERT_EQ(piece != nullptr, fits);
      if (piece == nullptr) continue;
      ASSERT_EQ(static_cast<size_t>(piece - memory.start) % 16, 0U);
      ASSERT_LE(static_cast<size_t>(piece - memory.start) + rounded, kBytes);
      const auto next = held.lower_bound(piece);
      const std::byte* above = next == held.end() ? memory.start + kBytes : next->first;
      const std::byte* below =
          next == held.begin() ? memory.start : std::prev(next)->first + std::prev(next)->second;
      ASSERT_LE(below, piece);
      ASSERT_LE(piece + rounded, above);
      held.emplace(piece, rounded);
      std::memset(piece, 0xa5, rounded);
      used += rounded;
    } else if (!held.empty()) {
      const auto gone = std::next(held.begin(), static_cast<std::ptrdiff_t>(random() % held.size()));
      arena.release(gone->first);
      used -= gone->second;
      held.erase(gone);
    }
    ASSERT_EQ(arena.bytes_used(), used);
  }
  for (const auto& [piece, size] : held) arena.release(piece);
  EXPECT_EQ(arena.largest_free(), kBytes);
}

}  // namespace
}  // namespace tickscan
