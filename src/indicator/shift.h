// `x[n]`: the input as it was n klines ago. An operator of the language rather than an indicator of the
// table, but it keeps state and streams like one.
#pragma once

#include "indicator/kernel.h"

namespace tickscan::indicator {

extern const Kernel shift_kernel;  // params[0] = n, at least 1

}  // namespace tickscan::indicator
