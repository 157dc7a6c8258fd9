// Tracker and mailbox together under the C++ memory model, as a write and a cycle use them: publish, mark;
// swap, drain, take. Two writers with a record each, an engine with three cycles beside them and two at rest.
//
//   SAFE   at rest the newest record of each was scanned
//   FRESH  what a mark that returned in cycle E marked is scanned by the end of cycle E + 1
//   WAKE   an engine that found nothing marked and stays idle has scanned everything
#include "product_atomics.h"
// The product, with those atomics:
#include "base/dirty_tracker.cpp"
#include "base/mailbox.h"
#include "explore.h"

namespace tickscan {
// Wakes nobody here: what matters is whether `idle` was taken away, which the check at the end looks at.
void futex_wake_all(std::atomic<int32_t>*) {}
}  // namespace tickscan

namespace {

constexpr int kWriters = 2;
constexpr int kWrites = 2;
constexpr int kCycles = 3;

struct Tracker : rl::test_suite<Tracker, kWriters + 1> {
  tickscan::DirtyControl control;
  std::atomic<int32_t> words[4];  // one row of one block in each buffer
  tickscan::MailboxHeader box[kWriters];
  rl::var<int> payload[kWriters][3];
  int32_t slot[kWriters];
  int scanned[kWriters];
  // Ghosts, no part of the protocol: threads of Relacy run one at a time.
  int due[kCycles + 4][kWriters];
  int epoch;
  bool idle_at_end;

  tickscan::DirtyTracker tracker() { return {&control, words, 1, 2}; }

  void before() {
    control.epoch.store(0);
    control.idle.store(0);
    for (auto& word : words) word.store(0);
    for (auto& cycle_due : due) std::fill(std::begin(cycle_due), std::end(cycle_due), 0);
    epoch = 0;
    idle_at_end = false;
    for (int i = 0; i < kWriters; ++i) {
      box[i].initialise();
      slot[i] = tickscan::MailboxHeader::kInitialReader;
      scanned[i] = 0;
      for (auto& one : payload[i]) one($) = 0;
    }
  }

  void write(int i, int value) {
    payload[i][box[i].private_slot()]($) = value;
    box[i].publish();
    tracker().mark(0, static_cast<uint32_t>(i));
    due[epoch + 1][i] = value;
  }

  void cycle() {
    tracker().swap();
    ++epoch;
    const tickscan::LaneMask dirty = tracker().drain_block(0, 0);
    for (int i = 0; i < kWriters; ++i) {
      if ((dirty >> i & 1) != 0) {
        slot[i] = box[i].take(slot[i]);
        const int value = payload[i][slot[i]]($);
        RL_ASSERT(value >= scanned[i]);
        scanned[i] = value;
      }
      RL_ASSERT(scanned[i] >= due[epoch][i]);
    }
  }

  void thread(unsigned id) {
    if (id < kWriters) {
      for (int value = 1; value <= kWrites; ++value) write(static_cast<int>(id), value);
      return;
    }
    for (int i = 0; i < kCycles; ++i) cycle();
    idle_at_end = tracker().set_idle();
  }

  void after() {
    if (idle_at_end && control.idle.load() == 1) {
      for (const int value : scanned) RL_ASSERT(value == kWrites);
    }
    cycle();
    cycle();
    for (const int value : scanned) RL_ASSERT(value == kWrites);
  }
};

}  // namespace

int main(int count, char** words) { return tickscan::explore<Tracker>(count, words); }
