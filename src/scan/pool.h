// The scan pool: a fixed set of threads that run the same function over numbered items, taken from atomic
// counters. The calling thread works too. Every thread has a range of its own, the same in every run, and takes from
// others' ends when that is done: what belongs to a block stays in one core's cache, and neighbouring words (match
// words, conditions) are not written by two cores in turn, which made two threads slower than one. Between runs the threads sleep on a futex; they never return to an
// event loop, so nothing they do is proxied to another thread.
//
// run() is called by the engine thread only, and returns when every item is done. It waits for items and not for
// threads: a thread that wakes late, as on a busy machine, finds nothing left and goes back to sleep, so
// asking for help costs the caller a system call and nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/function_ref.h"

namespace tickscan::scan {

class Pool {
 public:
  // threads counts the calling one: 1 starts none.
  explicit Pool(uint32_t threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Calls work(item, thread) for each item below `items`; thread is below threads(). With fewer items than
  // `inline_below` the calling thread does them all without waking anyone.
  using Work = FunctionRef<void(uint32_t item, uint32_t thread)>;
  void run(uint32_t items, Work work, uint32_t inline_below = 2);

  // Called in a thread of a pool that cannot go on, because it has trapped in the middle of an item: that is never done,
  // so the run() that waits for it fails instead (an assertion). Does nothing in other threads.
  static void give_up();

  [[nodiscard]] uint32_t threads() const { return static_cast<uint32_t>(workers_.size()) + 1; }

 private:
  void loop(uint32_t thread);
  void take_items(uint32_t thread);

  // The items of one thread that nobody has taken yet: the first in the low half, the end in the high one. A
  // compare-and-swap takes one of what stands there now, so a thread that comes late, with a value of an earlier run,
  // takes an item of this one or nothing.
  struct alignas(64) Range {
    std::atomic<uint32_t> left{0};
  };
  bool take(Range& range, bool own, uint32_t* item);

  // Stored by run() before the ranges, while no item is in work; read by whoever has taken an item, and so before that
  // run ends.
  const Work* work_ = nullptr;
  int32_t items_ = 0;
  std::atomic<bool> stopping_{false};

  std::vector<Range> ranges_;           // by thread
  std::atomic<int32_t> done_{0};        // items finished, negative: never all; run() sleeps on it
  std::atomic<int32_t> generation_{0};  // moved by run(); workers sleep on it

  std::vector<std::thread> workers_;
};

}  // namespace tickscan::scan
