// The first state of a lane: a symbol that nothing is known of. Called by the engine thread between cycles, for
// every lane at the start and for a removed symbol's later.
#pragma once

#include "scan/block.h"

namespace tickscan::scan {

// Mailboxes must be in their first hand-out when the lane takes part again. Versions that readers outside the engine
// look at go on, so that none of them takes half of this for a whole record.
void clear_lane(Block& block, uint32_t lane);

}  // namespace tickscan::scan
