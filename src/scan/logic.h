// `and`, `or` and `not` over conditions that only decisions read: computed after the blocks, a node over all due blocks
// at a time. A node's words of neighbouring blocks lie side by side, so that 64 × 16 symbols cost a node 16 steps of a
// loop; within a block's pass each of them would cost a dispatch too, which took a third of a cycle.
//
// Called by the engine thread after a cycle's barrier.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scan/due.h"
#include "scan/instruction.h"

namespace tickscan::scan {

struct LogicStep {
  NodeOp op = NodeOp::logical_and;
  bool fresh = false;  // not evaluated yet, so every lane is due
  uint32_t rows = 0;   // dirty rows that make a lane due
  uint32_t due = 0;    // these two in the table of due lanes
  const Condition* a = nullptr;
  const Condition* b = nullptr;  // nullptr for `not`
  Condition* out = nullptr;
};

// What a decision on ticks is made of: all of the terms are true, or any of them is. A term is one of the two words of a
// condition (`not a` is where a is false), for each block; the words of a condition stand side by side.
inline constexpr uint32_t kMaxTerms = 4;
inline constexpr size_t kTermStride = sizeof(Condition) / sizeof(LaneMask);

struct Terms {
  bool any = false;
  uint32_t count = 1;
  std::array<const LaneMask*, kMaxTerms> words{};
};

// Steps come inputs first.
void run_logic(std::span<const LogicStep> steps, std::span<const uint32_t> blocks, const DueTable& due);

}  // namespace tickscan::scan
