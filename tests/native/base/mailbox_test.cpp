// The triple buffer: what one side sees of what the other published, alone and with both running.
#include "base/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <set>
#include <thread>

#include "base/rounds.h"

namespace tickscan {
namespace {

constexpr uint32_t kFields = 16;

struct Box {
  MailboxHeader header;
  double slots[3][kFields] = {};

  Box() { header.initialise(); }
  void write(double value) {
    for (double& field : slots[header.private_slot()]) field = value;
    header.publish();
  }
};

// True when all fields are of one publication.
bool whole(const double (&fields)[kFields]) {
  for (const double field : fields) {
    if (field != fields[0]) return false;
  }
  return true;
}

TEST(Mailbox, NothingPublishedKeepsTheReadersSlot) {
  Box box;
  EXPECT_EQ(box.header.take(MailboxHeader::kInitialReader), MailboxHeader::kInitialReader);
}

TEST(Mailbox, TheNewestIsTakenAndOlderOnesAreSkipped) {
  Box box;
  int32_t slot = MailboxHeader::kInitialReader;
  for (int value = 1; value <= 3; ++value) box.write(value);
  slot = box.header.take(slot);
  EXPECT_EQ(box.slots[slot][0], 3);
  EXPECT_EQ(box.header.take(slot), slot) << "nothing new: the slot stays";
  EXPECT_EQ(box.slots[slot][0], 3);
}

TEST(Mailbox, EachSlotHasOneHolderAfterAnySequence) {
  Box box;
  auto random = seeded("Mailbox.EachSlotHasOneHolderAfterAnySequence");
  int32_t reader = MailboxHeader::kInitialReader;
  double written = 0;
  for (int i = 0; i < 10000; ++i) {
    if (random() % 2 == 0) {
      box.write(++written);
      EXPECT_EQ(box.slots[box.header.published_slot()][0], written);
    } else {
      reader = box.header.take(reader);
      EXPECT_EQ(box.slots[reader][0], written);
    }
    const int32_t middle = box.header.state.load() & MailboxHeader::kSlotBits;
    const std::set<int32_t> holders{reader, middle, box.header.private_slot()};
    ASSERT_EQ(holders, (std::set<int32_t>{0, 1, 2}));
    ASSERT_NE(box.header.published_slot(), box.header.private_slot());
  }
}

TEST(Mailbox, VersionCountsPublicationsAndWrapsRound) {
  Box box;
  box.write(1);
  EXPECT_EQ(box.header.version.load(), 1);
  box.header.version.store(INT_MAX);
  box.write(2);
  EXPECT_EQ(box.header.version.load(), INT_MIN);
}

TEST(Mailbox, AVersionIsNewerThanTheOneBeforeAlsoAcrossTheWrap) {
  Box box;
  for (const int32_t first : {0, INT_MAX - 2, -3}) {
    box.header.version.store(first);
    for (int i = 0; i < 6; ++i) {
      const int32_t scanned = box.header.version.load();
      box.write(i);
      const int32_t version = box.header.version.load();
      EXPECT_TRUE(MailboxHeader::newer(version, scanned)) << version;
      EXPECT_FALSE(MailboxHeader::newer(version, version));
      EXPECT_FALSE(MailboxHeader::newer(scanned, version)) << "scanned meanwhile, and more";
    }
  }
}

TEST(Mailbox, AnotherOwnerGoesOnWithTheSlotsAsTheyLie) {
  Box box;
  box.write(1);
  int32_t reader = box.header.take(MailboxHeader::kInitialReader);
  std::thread([&] { box.write(2); }).join();
  EXPECT_EQ(box.slots[reader][0], 1) << "the reader's slot is its own";
  reader = box.header.take(reader);
  EXPECT_EQ(box.slots[reader][0], 2);
}

TEST(Mailbox, NeverTornNeverBackwardsAndTheNewestAtRest) {
  Box box;
  const uint64_t count = rounds(100000);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (uint64_t i = 1; i <= count; ++i) box.write(static_cast<double>(i));
    done.store(true);
  });
  int32_t slot = MailboxHeader::kInitialReader;
  uint64_t fresh = 0;
  uint64_t torn = 0;
  uint64_t backwards = 0;
  double last = 0;
  const auto look = [&] {
    const int32_t taken = box.header.take(slot);
    if (taken != slot) ++fresh;
    slot = taken;
    if (!whole(box.slots[slot])) ++torn;
    if (box.slots[slot][0] < last) ++backwards;
    last = box.slots[slot][0];
  };
  while (!done.load()) look();
  writer.join();
  look();
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(backwards, 0U);
  EXPECT_EQ(last, static_cast<double>(count));
  std::printf("mailbox: %llu published, %llu taken, %llu torn\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(fresh), static_cast<unsigned long long>(torn));
}

}  // namespace
}  // namespace tickscan
