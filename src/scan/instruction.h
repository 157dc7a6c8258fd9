// The compiled form of the plan: straight lists of instructions over blocks, with every address resolved.
// The graph (plan.h) is for adding and removing; these are for running.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/lanes.h"
#include "indicator/kernel.h"
#include "market/records.h"

namespace tickscan::scan {

// What a node computes. `greater` has become `less` with its inputs swapped, hl2 and its like arithmetic.
enum class NodeOp : uint8_t {
  constant,
  series,
  ticker,  // sources: an address, nothing to run
  output,  // one output of a multi-output indicator: an address too
  indicator,
  shift,
  function,  // keep state, step with closed klines
  negate,
  add,
  subtract,
  multiply,
  divide,
  abs,
  sqrt,
  log,
  exp,
  floor,
  ceil,
  round,
  sign,
  min,
  max,  // numbers, lane by lane
  less,
  less_equal,
  equal,
  not_equal,  // numbers → condition; inputs 2 and 3: where the sides are finite
  finite_of,  // number → condition: true where it is finite. Shared by all comparisons of that number
  logical_and,
  logical_or,
  logical_not,  // conditions, Kleene
  number_of,
  condition_of,  // condition ↔ 1, 0, NaN, so that conditions can go into kernels
};

// 64 conditions: lane i is true where `value` has bit i, false where `no` has it, unknown where neither has. Never both.
// (A word of what is false instead of what is known: `and`, `or` and `not` of both words take three operations then.)
struct Condition {
  LaneMask value;
  LaneMask no;

  [[nodiscard]] LaneMask known() const { return value | no; }
};

// Where the data of a block lies: base + block × stride.
struct Operand {
  std::byte* base = nullptr;
  size_t stride = 0;

  template <typename T>
  [[nodiscard]] T* at(uint32_t block) const {
    return reinterpret_cast<T*>(base + block * stride);
  }
};

// A constant that a number is compared with, and where the comparison's truth goes.
struct Threshold {
  double constant;
  Operand output;
};

// First what every instruction needs, then what only kernels do: a pass over operators touches half the lines.
struct Instruction {
  NodeOp op = NodeOp::constant;
  uint8_t clock = 0;  // now program: interval whose live mask says where to peek
  uint8_t output_count = 1;
  bool fresh = false;  // now program: not evaluated yet, so every lane is due
  uint32_t rows = 0;   // now program: dirty rows that make a lane due
  int32_t owner = 0;   // the first trader that it is for, handle + 1
  // now program: a comparison of one number with so many constants, which begin there in the program's thresholds
  uint32_t first_threshold = 0;
  uint32_t threshold_count = 0;
  Operand output;  // output_count arrays of 64 doubles, or a Condition
  std::array<Operand, indicator::kMaxInputs> inputs;
  const indicator::Kernel* kernel = nullptr;
  Operand state;
  Operand closed;  // now program: the outputs of the last closed kline
  std::array<double, indicator::kMaxParams> params{};
};

// Everything that steps in one timeline.
struct StepProgram {
  uint32_t base = 0;                                   // interval whose closes are decision times
  uint32_t intervals = 0;                              // a bit per interval that is read
  std::array<Operand, market::kMaxIntervals> lanes;    // 6 × 64 doubles: the last closed kline stepped
  std::array<Operand, market::kMaxIntervals> cursors;  // 64 × uint32: closed klines stepped
  Operand decided;                                     // 64 doubles
  uint32_t fields = ~0U;                               // columns of a kline that anybody reads
  std::array<std::vector<Instruction>, market::kMaxIntervals> steps;  // by clock, inputs first
};

}  // namespace tickscan::scan
