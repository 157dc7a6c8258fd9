// What JavaScript calls in a thread of the pool that has trapped (js/pool-worker.js): the one thing that the rest of such
// a thread is still good for. No Embind, whose functions a pool thread does not have.
#include <emscripten.h>

#include "scan/pool.h"

extern "C" EMSCRIPTEN_KEEPALIVE void pool_thread_crashed() { tickscan::scan::Pool::give_up(); }
