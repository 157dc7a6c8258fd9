// Start, sleep, barrier.
#include "scan/pool.h"

#include "base/assert.h"
#include "base/futex.h"

namespace tickscan::scan {

namespace {

constexpr uint32_t kMostItems = 0xffff;
constexpr uint32_t kEndShift = 16;
constexpr uint32_t kLooks = 2000;        // some µs
constexpr int32_t kNever = -0x40000000;  // whatever is added to it, it stays negative

// The pool that the thread works for.
thread_local Pool* pool_of_thread = nullptr;

}  // namespace

Pool::Pool(uint32_t threads) : ranges_(threads) {
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
  TICKSCAN_ASSERT(items <= kMostItems);
  if (workers_.empty() || items < inline_below) {
    for (uint32_t item = 0; item < items; ++item) work(item, 0);
    return;
  }
  work_ = &work;
  items_ = static_cast<int32_t>(items);
  done_.store(0, std::memory_order_relaxed);
  const uint32_t count = threads();
  for (uint32_t thread = 0; thread < count; ++thread) {
    const uint32_t first = items * thread / count;
    const uint32_t end = items * (thread + 1) / count;
    // Release: everything above, and all that the engine thread wrote since the last run.
    ranges_[thread].left.store(end << kEndShift | first, std::memory_order_release);
  }
  generation_.fetch_add(1, std::memory_order_release);
  futex_wake_all(&generation_);
  take_items(0);
  const auto all = static_cast<int32_t>(items);
  // An item takes some µs: sleeping and being woken would take longer than what is left of it.
  for (uint32_t look = 0; look < kLooks; ++look) {
    // Acquire: the workers' results.
    if (done_.load(std::memory_order_acquire) == all) return;
  }
  for (;;) {
    const int32_t done = done_.load(std::memory_order_acquire);
    if (done == all) return;
    const bool every_thread_lives = done >= 0;
    TICKSCAN_ASSERT(every_thread_lives);
    futex_wait(&done_, done);
  }
}

void Pool::give_up() {
  if (pool_of_thread == nullptr) return;
  std::atomic<int32_t>& done = pool_of_thread->done_;
  // The word that run() sleeps on, so that it cannot fall asleep without having seen it.
  done.store(kNever, std::memory_order_release);
  futex_wake_all(&done);
}

void Pool::loop(uint32_t thread) {
  pool_of_thread = this;
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
  }
}

bool Pool::take(Range& range, bool own, uint32_t* item) {
  // Acquire: what run() stored before it.
  uint32_t left = range.left.load(std::memory_order_acquire);
  for (;;) {
    const uint32_t first = left & kMostItems;
    const uint32_t end = left >> kEndShift;
    if (first >= end) return false;
    // Others take from the end, so that the owner's next items stay its own as long as possible.
    const uint32_t rest = own ? end << kEndShift | (first + 1) : (end - 1) << kEndShift | first;
    *item = own ? first : end - 1;
    if (range.left.compare_exchange_weak(left, rest, std::memory_order_acq_rel, std::memory_order_acquire)) {
      return true;
    }
  }
}

void Pool::take_items(uint32_t thread) {
  const uint32_t count = threads();
  uint32_t item = 0;
  for (uint32_t i = 0; i < count; ++i) {
    while (take(ranges_[(thread + i) % count], i == 0, &item)) {
      (*work_)(item, thread);
      // Release: this item's results. Whoever finishes last wakes the engine thread, which may sleep by now. `items_` is
      // read before: afterwards the next run may have begun.
      const int32_t items = items_;
      if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == items && thread != 0) futex_wake_all(&done_);
    }
  }
}

}  // namespace tickscan::scan
