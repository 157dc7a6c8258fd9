// The mailbox under the C++ memory model: two owners in turn publish, one reader takes. The payload is Relacy's
// plain variable, so an access that nothing orders is a data race that is reported, besides the torn and stale
// records that the checks find.
#include "product_atomics.h"
// The product, with those atomics:
#include "base/mailbox.h"
#include "explore.h"

namespace {

constexpr int kWriters = 2;
constexpr int kWrites = 2;

struct Mailbox : rl::test_suite<Mailbox, kWriters + 1> {
  tickscan::MailboxHeader box;
  rl::var<int> first[3];
  rl::var<int> second[3];
  int newest;  // the reader's own, like its slot
  int32_t slot;

  void before() {
    box.initialise();
    newest = 0;
    slot = tickscan::MailboxHeader::kInitialReader;
    for (int i = 0; i < 3; ++i) {
      first[i]($) = 0;
      second[i]($) = 0;
    }
  }

  // Claims as Writer does, publishes one more than was published last, and lets go.
  void write(int32_t id) {
    int32_t nobody = 0;
    while (!box.owner.compare_exchange_strong(nobody, id, std::memory_order_acq_rel)) {
      nobody = 0;
      rl::yield(1, $);
    }
    const int value = first[box.published_slot()]($) + 1;
    const int32_t mine = box.private_slot();
    first[mine]($) = value;
    second[mine]($) = value;
    box.publish();
    int32_t own = id;
    box.owner.compare_exchange_strong(own, 0, std::memory_order_acq_rel);
  }

  void read() {
    // A version that was seen says that its record can be taken.
    const int32_t version = box.version.load(std::memory_order_acquire);
    slot = box.take(slot);
    const int value = first[slot]($);
    RL_ASSERT(second[slot]($) == value);
    RL_ASSERT(value >= newest);
    RL_ASSERT(value >= version);
    newest = value;
  }

  void thread(unsigned id) {
    if (id < kWriters) {
      for (int i = 0; i < kWrites; ++i) write(static_cast<int32_t>(id) + 1);
    } else {
      for (int i = 0; i < 3; ++i) read();
    }
  }

  void after() {
    read();
    RL_ASSERT(newest == kWriters * kWrites);
  }
};

}  // namespace

int main(int count, char** words) { return tickscan::explore<Mailbox>(count, words); }
