// Runs one instruction on the lanes of a mask. Pool threads, one per block; nothing is allocated.
#pragma once

#include "scan/instruction.h"

namespace tickscan::scan {

// A closed kline came for each of the lanes: stateful instructions step.
void execute_step(const Instruction& instruction, uint32_t block, LaneMask lanes);

// The value now: stateful instructions peek where the clock's kline is live, and repeat the closed value
// elsewhere; `live` ⊆ lanes.
void execute_now(const Instruction& instruction, uint32_t block, LaneMask lanes, LaneMask live);

// Back to "nothing seen yet" for the lanes.
void execute_reset(const Instruction& instruction, uint32_t block, LaneMask lanes);

}  // namespace tickscan::scan
