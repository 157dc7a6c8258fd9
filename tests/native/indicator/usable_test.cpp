// Which inputs an indicator takes is the same for few lanes, which are asked one by one, as for all at once.
#include "indicator/usable.h"

#include <gtest/gtest.h>

#include <limits>

namespace tickscan::indicator {
namespace {

TEST(Usable, IsTheSameForFewLanesAndForAll) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double numbers[] = {0,        kLargest,      -kLargest, 2 * kLargest,
                            kUnknown, -2 * kLargest, kInfinity, -kInfinity};
  constexpr LaneMask kTaken = 0b111;
  static_assert(std::size(numbers) == kFewLanes);
  double x[kLanes];
  for (uint32_t lane = 0; lane < kLanes; ++lane) x[lane] = numbers[lane % std::size(numbers)];
  const LaneMask first = lane_bit(kFewLanes) - 1;
  EXPECT_EQ(usable_lanes(x, first), kTaken);
  EXPECT_EQ(usable_lanes(x, first << kFewLanes), kTaken << kFewLanes);
  EXPECT_EQ(usable_lanes(x, kAllLanes), 0x0707070707070707U);
  EXPECT_EQ(usable_lanes(x, kAllLanes << 1), 0x0707070707070706U);
  EXPECT_EQ(usable_lanes(x, 0), 0U);
}

}  // namespace
}  // namespace tickscan::indicator
