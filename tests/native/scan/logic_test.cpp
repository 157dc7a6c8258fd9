// Logic over many blocks, lane by lane against Kleene's tables; and the list of slots that items are made of.
#include "scan/logic.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "base/rounds.h"
#include "scan/delta_item.h"

namespace tickscan::scan {
namespace {

using Truth = std::optional<bool>;

Truth truth(const Condition& of, uint32_t lane) {
  if ((of.known >> lane & 1) == 0) return std::nullopt;
  return (of.value >> lane & 1) != 0;
}

Truth expected(NodeOp op, Truth a, Truth b) {
  if (op == NodeOp::logical_not) return a ? Truth(!*a) : std::nullopt;
  // What decides alone: false for `and`, true for `or`.
  const bool decides = op == NodeOp::logical_or;
  if (a == Truth(decides) || b == Truth(decides)) return decides;
  return a && b ? Truth(!decides) : std::nullopt;
}

TEST(Logic, IsKleenesInDueLanesOfDueBlocksAndTouchesNothingElse) {
  auto random = seeded("Logic.IsKleenesInDueLanesOfDueBlocksAndTouchesNothingElse");
  constexpr uint32_t kBlocks = 40;
  const auto condition = [&] {
    const LaneMask known = random() | random();
    return Condition{random() & known, known};
  };
  for (const NodeOp op : {NodeOp::logical_and, NodeOp::logical_or, NodeOp::logical_not}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<Block> blocks(kBlocks);
      std::vector<Condition> a;
      std::vector<Condition> b;
      std::vector<Condition> out;
      std::vector<uint32_t> due_blocks;
      for (uint32_t index = 0; index < kBlocks; ++index) {
        std::fill_n(blocks[index].dirty, kMaxRows, LaneMask{0});
        blocks[index].dirty[0] = random();
        blocks[index].dirty[2] = random() & random();
        blocks[index].active = random() | random();
        blocks[index].broken = random() & random() & random();
        a.push_back(condition());
        b.push_back(condition());
        out.push_back(condition());
        if (round == 0 || random() % 3 != 0) due_blocks.push_back(index);
      }
      const std::vector<Condition> before = out;
      LogicStep step;
      step.op = op;
      step.rows = 1 | 1U << 2;
      step.fresh = round % 2 != 0;
      step.a = a.data();
      step.b = op == NodeOp::logical_not ? nullptr : b.data();
      step.out = out.data();
      DueTable due(kBlocks);
      (void)due.add(1, false);
      step.due = due.add(step.rows, step.fresh);
      ASSERT_EQ(due.add(step.rows, step.fresh), step.due);
      due.fill(blocks, due_blocks);
      run_logic({&step, 1}, due_blocks, due);
      uint32_t lanes = 0;
      for (uint32_t index = 0; index < kBlocks; ++index) {
        const Block& block = blocks[index];
        const bool is_due = std::find(due_blocks.begin(), due_blocks.end(), index) != due_blocks.end();
        const LaneMask wanted = step.fresh ? block.active : block.dirty[0] | block.dirty[2];
        for (uint32_t lane = 0; lane < kLanes; ++lane) {
          const bool computed = is_due && ((wanted & ~block.broken) >> lane & 1) != 0;
          lanes += computed ? 1 : 0;
          const Truth right = computed ? expected(op, truth(a[index], lane), truth(b[index], lane))
                                       : truth(before[index], lane);
          ASSERT_EQ(truth(out[index], lane), right);
          ASSERT_EQ(out[index].value & ~out[index].known, 0U);
        }
      }
      EXPECT_EQ(due.lanes(step.due), lanes);
    }
  }
}

TEST(SlotList, HasTheSlotsOfItsLanesInOrder) {
  auto random = seeded("SlotList.HasTheSlotsOfItsLanesInOrder");
  SlotList list;
  for (int round = 0; round < 50; ++round) {
    list.clear();
    std::vector<int32_t> right;
    for (uint32_t block = 0; block < 20; ++block) {
      LaneMask lanes = random();
      for (int i = round % 8; i > 0; --i) lanes &= random();
      if (round == 49) lanes = kAllLanes;
      list.add(block, lanes);
      for_each_lane(lanes,
                    [&](uint32_t lane) { right.push_back(static_cast<int32_t>(block * kLanes + lane)); });
    }
    ASSERT_EQ(std::vector<int32_t>(list.data(), list.data() + list.size()), right);
  }
}

TEST(DeltaItem, ASnapshotIsCutIntoPagesAndTheLastOneHasTheRest) {
  DeltaItem item;
  for (uint32_t block = 0; block < 17; ++block) item.entered.add(block, kAllLanes);
  item.left.add(20, 1);
  for (uint32_t i = 0; i < item.entered.size(); ++i) item.columns.push_back(i);
  PackedDeltas out;
  item.write(3, kDeltaSnapshot, 1, 7.0, &out);
  ASSERT_EQ(out.words.size(), 5 + kPageSymbols + 5 + 64 + 1);
  EXPECT_EQ(std::vector<int32_t>(out.words.begin(), out.words.begin() + 6),
            (std::vector<int32_t>{3, kDeltaSnapshot | kDeltaMore, 1024, 0, 1, 0}));
  const auto last = out.words.begin() + 5 + kPageSymbols;
  EXPECT_EQ(std::vector<int32_t>(last, last + 6), (std::vector<int32_t>{3, kDeltaSnapshot, 64, 1, 1, 1024}));
  EXPECT_EQ(out.words.back(), 20 * 64);
  ASSERT_EQ(out.values.size(), 1 + 1024 + 1 + 64);
  EXPECT_EQ(out.values[0], 7.0);
  EXPECT_EQ(out.values[1025], 7.0);
  EXPECT_EQ(out.values.back(), 1087.0);
  // Changes are never cut, however many there are.
  PackedDeltas whole;
  item.write(3, 0, 1, 7.0, &whole);
  EXPECT_EQ(whole.words.size(), 5 + 1088 + 1);
}

}  // namespace
}  // namespace tickscan::scan
