// A number against all its constants at once, lane by lane against the comparison itself: every operator, the constant on
// either side, few lanes and many, and numbers that are not finite.
#include "scan/thresholds.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <limits>
#include <optional>

#include "base/rounds.h"

namespace tickscan::scan {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename T>
Operand at(T* first, size_t stride) {
  return {reinterpret_cast<std::byte*>(first), stride};
}

std::optional<bool> expected(NodeOp op, double a, double b) {
  if (!(a - a == 0) || !(b - b == 0)) return std::nullopt;
  if (op == NodeOp::less) return a < b;
  if (op == NodeOp::less_equal) return a <= b;
  return (a == b) == (op == NodeOp::equal);
}

// Numbers in one block, where they are finite, and comparisons with constants.
struct Numbers {
  std::array<double, kLanes> lanes{};
  Condition finite{0, 0};
  std::deque<double> constants;
  std::deque<Condition> outputs;

  Instruction compared(NodeOp op, size_t side, double constant) {
    constants.push_back(constant);
    outputs.push_back({0x5555555555555555, 0xaaaaaaaaaaaaaaaa});
    Instruction made;
    made.op = op;
    made.inputs[side] = at(&constants.back(), 0);
    made.inputs[1 - side] = at(lanes.data(), sizeof(lanes));
    made.inputs[3 - side] = at(&finite, sizeof(Condition));
    made.output = at(&outputs.back(), sizeof(Condition));
    return made;
  }
};

TEST(Thresholds, AreTheComparisonInTheLanesThatAreAskedForAndTouchNoOthers) {
  auto random = seeded("Thresholds.AreTheComparisonInTheLanesThatAreAskedForAndTouchNoOthers");
  const std::array<double, 8> some{-1, 0, 1, 2, 3, kUnknown, kInfinity, -kInfinity};
  for (const NodeOp op : {NodeOp::less, NodeOp::less_equal, NodeOp::equal, NodeOp::not_equal}) {
    for (const size_t side : {0U, 1U}) {
      // Up to kFewLanes are visited one by one.
      for (uint32_t count = 0; count <= kLanes; count += count < 2 * kFewLanes ? 1 : 8) {
        Numbers numbers;
        for (uint32_t lane = 0; lane < kLanes; ++lane) {
          numbers.lanes[lane] = some[random() % some.size()];
          if (numbers.lanes[lane] - numbers.lanes[lane] == 0) numbers.finite.value |= lane_bit(lane);
        }
        LaneMask lanes = 0;
        while (static_cast<uint32_t>(std::popcount(lanes)) < count) lanes |= lane_bit(random() % kLanes);
        std::vector<Instruction> program;
        std::vector<std::vector<Threshold>> thresholds;
        for (const double constant : {0.0, 1.0, 2.0, 1.5}) {
          ASSERT_TRUE(group_threshold(numbers.compared(op, side, constant), &program, &thresholds));
        }
        ASSERT_EQ(program.size(), 1U);
        run_thresholds(program[0], thresholds[0], 0, lanes);
        for (size_t i = 0; i < numbers.constants.size(); ++i) {
          const double constant = numbers.constants[i];
          for (uint32_t lane = 0; lane < kLanes; ++lane) {
            const double x = numbers.lanes[lane];
            const auto right = side == 0 ? expected(op, constant, x) : expected(op, x, constant);
            const bool asked = (lanes >> lane & 1) != 0;
            const bool value = asked ? right == true : lane % 2 == 0;
            const bool no = asked ? right == false : lane % 2 != 0;
            ASSERT_EQ((numbers.outputs[i].value >> lane & 1) != 0, value) << x << " and " << constant;
            ASSERT_EQ((numbers.outputs[i].no >> lane & 1) != 0, no) << x << " and " << constant;
          }
        }
      }
    }
  }
}

TEST(Thresholds, AreGroupedWhereAllButTheConstantIsAlike) {
  Numbers numbers;
  Numbers others;
  // What compares two numbers stays alone, and where it is.
  Instruction both = numbers.compared(NodeOp::less, 1, 7);
  both.inputs[3] = both.inputs[2];
  std::vector<Instruction> program{both};
  std::vector<std::vector<Threshold>> thresholds;
  const auto add = [&](const Instruction& one) { return group_threshold(one, &program, &thresholds); };
  const Instruction first = numbers.compared(NodeOp::less, 1, 0);
  ASSERT_TRUE(add(first));
  ASSERT_TRUE(add(numbers.compared(NodeOp::less, 1, 7)));
  ASSERT_EQ(program.size(), 2U);
  EXPECT_EQ(thresholds[1].size(), 2U);
  EXPECT_EQ(thresholds[1][1].constant, 7);

  ASSERT_TRUE(add(numbers.compared(NodeOp::less, 0, 7)));
  ASSERT_TRUE(add(numbers.compared(NodeOp::less_equal, 1, 7)));
  ASSERT_TRUE(add(others.compared(NodeOp::less, 1, 7)));
  Instruction fresh = numbers.compared(NodeOp::less, 1, 8);
  fresh.fresh = true;
  ASSERT_TRUE(add(fresh));
  Instruction rows = numbers.compared(NodeOp::less, 1, 9);
  rows.rows = first.rows + 1;
  ASSERT_TRUE(add(rows));
  EXPECT_EQ(program.size(), 7U) << "none of these is due and compared as the first one is";
  EXPECT_EQ(thresholds[1].size(), 2U);

  EXPECT_FALSE(add(both));
  EXPECT_EQ(program.size(), 7U);
}

}  // namespace
}  // namespace tickscan::scan
