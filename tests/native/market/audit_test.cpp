// Words that everything trusts: what is wrong is counted and put right, and nothing else is touched.
#include "market/audit.h"

#include <gtest/gtest.h>

#include <vector>

namespace tickscan::market {
namespace {

class Audit : public testing::Test {
 protected:
  Audit() { store_.initialise(); }

  Layout layout_{make_config(64, 10, {"1m"}).value()};
  std::vector<std::byte> bytes_{static_cast<size_t>(layout_.bytes) + 64};
  Store store_{layout_, bytes_.data() + (64 - reinterpret_cast<uintptr_t>(bytes_.data()) % 64) % 64};
};

TEST_F(Audit, FindsNothingInAFreshStore) { EXPECT_EQ(audit(store_, 0), 0U); }

TEST_F(Audit, RepairsTheHeader) {
  store_.header().magic ^= 4;
  store_.header().version = 9;
  store_.header().region_bytes = 0;
  store_.header().symbol_count = 7;
  EXPECT_EQ(audit(store_, 3), 4U);
  EXPECT_EQ(store_.header().magic, kMagic);
  EXPECT_EQ(store_.header().version, kLayoutVersion);
  EXPECT_EQ(store_.header().region_bytes, layout_.bytes);
  EXPECT_EQ(store_.header().symbol_count, 3);
  EXPECT_EQ(audit(store_, 3), 0U);
}

TEST_F(Audit, FindsWhatWasWrittenPastAnEnd) {
  store_.region()[layout_.first_canary] ^= std::byte{1};
  store_.region()[layout_.last_canary + 63] ^= std::byte{128};
  EXPECT_EQ(audit(store_, 0), 2U);
  EXPECT_EQ(audit(store_, 0), 0U);
}

}  // namespace
}  // namespace tickscan::market
