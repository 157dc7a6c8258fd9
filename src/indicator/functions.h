// The kernels of the language's functions (filter/functions.def). They stream like those of indicators; a condition
// comes and goes as 1, 0 or NaN, and a condition that is unknown restarts its lane like any input that is not finite.
#pragma once

#include "indicator/kernel.h"

namespace tickscan::indicator {

extern const Kernel highest_kernel;       // x; n
extern const Kernel lowest_kernel;        // x; n
extern const Kernel highest_bars_kernel;  // x; n
extern const Kernel lowest_bars_kernel;   // x; n
extern const Kernel bars_since_kernel;    // condition
extern const Kernel value_when_kernel;    // condition, x; occurrence
extern const Kernel held_kernel;          // condition; n
extern const Kernel count_kernel;         // condition; n
extern const Kernel percent_rank_kernel;  // x; n

}  // namespace tickscan::indicator
