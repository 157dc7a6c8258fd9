// Start, sleep, barrier.
#include "scan/pool.h"

#include "base/futex.h"

namespace tickscan::scan {

Pool::Pool(uint32_t threads) {
  for (uint32_t thread = 1; thread < threads; ++thread) {
    workers_.emplace_back([this, thread] { loop(thread); });
  }
}

Pool::~Pool() {
  stopping_.store(true, std::memory_order_relaxed);
  // Release: `stopping_` before the generation that makes workers look at it.
  generation_.fetch_add(1, std::memory_order_release);
  futex_wake_all(&generation_);
  for (std::thread& worker : workers_) worker.join();
}

void Pool::run(uint32_t items, Work work, uint32_t inline_below) {
  if (workers_.empty() || items < inline_below) {
    for (uint32_t item = 0; item < items; ++item) work(item, 0);
    return;
  }
  work_ = &work;
  items_ = items;
  next_item_.store(0, std::memory_order_relaxed);
  running_.store(static_cast<int32_t>(workers_.size()), std::memory_order_relaxed);
  // Release: everything above, and all that the engine thread wrote since the last run.
  generation_.fetch_add(1, std::memory_order_release);
  futex_wake_all(&generation_);
  take_items(0);
  for (;;) {
    // Acquire: the workers' results.
    const int32_t busy = running_.load(std::memory_order_acquire);
    if (busy == 0) return;
    futex_wait(&running_, busy);
  }
}

void Pool::loop(uint32_t thread) {
  int32_t seen = 0;
  for (;;) {
    int32_t generation = generation_.load(std::memory_order_acquire);
    while (generation == seen) {
      futex_wait(&generation_, seen);
      generation = generation_.load(std::memory_order_acquire);
    }
    seen = generation;
    if (stopping_.load(std::memory_order_relaxed)) return;
    take_items(thread);
    // Release: this worker's results. The last one wakes the engine thread.
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) futex_wake_all(&running_);
  }
}

void Pool::take_items(uint32_t thread) {
  for (;;) {
    const uint32_t item = next_item_.fetch_add(1, std::memory_order_relaxed);
    if (item >= items_) return;
    (*work_)(item, thread);
  }
}

}  // namespace tickscan::scan
