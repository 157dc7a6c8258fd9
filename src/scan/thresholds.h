// Comparisons of one number with many constants, as one instruction: `rsi(14) < 30`, `rsi(14) < 31`, … of a hundred traders
// differ in nothing else. One dispatch, one look at where the number is finite, and a loop over the constants: 5 ns less for
// each constant and block than an instruction of its own, which is 2 of 64 µs for 100 traders over 1,000 symbols.
//
// group_threshold() is called when programs are laid out, run_thresholds() by the pool thread that has the block.
#pragma once

#include <span>
#include <vector>

#include "scan/instruction.h"

namespace tickscan::scan {

// Which side of an instruction's comparison is a finite constant: 0, 1, or 2 for none.
[[nodiscard]] size_t constant_side(const Instruction& instruction);

// Appends the comparison to the thresholds of an instruction before it that is alike but for its constant, or makes it the
// first of its own. `thresholds` is by instruction. False: it compares no constant, nothing was done.
bool group_threshold(const Instruction& comparison, std::vector<Instruction>* program,
                     std::vector<std::vector<Threshold>>* thresholds);

// For an instruction with thresholds.
void run_thresholds(const Instruction& instruction, std::span<const Threshold> thresholds, uint32_t block,
                    LaneMask lanes);

}  // namespace tickscan::scan
