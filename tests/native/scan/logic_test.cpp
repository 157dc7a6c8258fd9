// Logic over many blocks, lane by lane against Kleene's tables; and the items that deltas are made of.
#include "scan/logic.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <vector>

#include "base/rounds.h"
#include "scan/delta_item.h"

namespace tickscan::scan {
namespace {

using Truth = std::optional<bool>;

Truth truth(const Condition& of, uint32_t lane) {
  if ((of.known() >> lane & 1) == 0) return std::nullopt;
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
    const LaneMask value = random() & known;
    return Condition{value, known & ~value};
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
          ASSERT_EQ(out[index].value & out[index].no, 0U);
        }
      }
      EXPECT_EQ(due.lanes(step.due), lanes);
    }
  }
}

// The words of an item's changes.
std::vector<int32_t> changes(std::initializer_list<std::array<uint64_t, 3>> rows) {
  std::vector<int32_t> words;
  for (const auto& [block, entered, left] : rows) {
    for (const uint64_t word : {block, entered, entered >> 32, left, left >> 32})
      words.push_back(static_cast<int32_t>(static_cast<uint32_t>(word)));
  }
  return words;
}

using Words = std::vector<int32_t>;

TEST(DeltaItem, HasTheLanesOfEachBlockThatChanged) {
  DeltaItem item;
  ChangeAppender all = item.append(3);
  all.add(0, 0x8000'0000'0000'0001, 0, 1);
  all.add(2, 0x30, 0xc000'0000'0000'0000, 0);
  item.take(all);
  EXPECT_EQ(item.entered(), 4U);
  EXPECT_EQ(item.left(), 2U);
  EXPECT_EQ(item.occupied(), 1);
  PackedDeltas out;
  item.write(7, kDeltaLate, 0, 5.0, &out);
  Words right{7, kDeltaLate, 4, 2, 0, 2};
  const Words rows = changes({{0, 0x8000'0000'0000'0001, 0}, {2, 0x30, 0xc000'0000'0000'0000}});
  right.insert(right.end(), rows.begin(), rows.end());
  EXPECT_EQ(Words(out.words.begin(), out.words.end()), right);
  EXPECT_EQ(out.values, std::vector<double>{5.0});
  item.clear();
  EXPECT_TRUE(item.empty());
}

TEST(DeltaItem, MergesABlocksChangesWithTheirColumns) {
  DeltaItem item;
  ChangeAppender all = item.append(4);
  all.add(3, 0b1000, 0, 0);   // 30, 31
  all.add(1, 0b100, 0, 0);    // 10, 11
  all.add(3, 0b10010, 1, 0);  // 32, 33, 34, 35
  all.add(1, 0, 0b10, 0);
  item.take(all);
  item.columns = {30, 31, 10, 11, 32, 33, 34, 35};
  item.merge(2);
  PackedDeltas out;
  item.write(0, 0, 2, 9.0, &out);
  Words right{0, 0, 4, 2, 2, 2};
  const Words rows = changes({{1, 0b100, 0b10}, {3, 0b11010, 1}});
  right.insert(right.end(), rows.begin(), rows.end());
  EXPECT_EQ(Words(out.words.begin(), out.words.end()), right);
  EXPECT_EQ(out.values, (std::vector<double>{9, 10, 11, 32, 33, 30, 31, 34, 35}));
}

TEST(DeltaItem, ASnapshotIsCutIntoPagesAndTheLastOneHasTheRest) {
  DeltaItem item;
  ChangeAppender all = item.append(19);
  all.add(0, 1, 0, 1);
  for (uint32_t block = 1; block < 18; ++block) all.add(block, kAllLanes, 0, 1);
  all.add(20, 0, 1, 0);
  item.take(all);
  for (uint32_t i = 0; i < item.entered(); ++i) item.columns.push_back(i);
  PackedDeltas out;
  item.write(3, kDeltaSnapshot, 1, 7.0, &out);
  // A block is never cut: the first page has 1 + 15 × 64, the second 2 × 64.
  constexpr size_t kFirst = kHeadWords + 16 * kChangeWords;
  ASSERT_EQ(out.words.size(), kFirst + kHeadWords + 3 * kChangeWords);
  EXPECT_EQ(Words(out.words.begin(), out.words.begin() + 6),
            (Words{3, kDeltaSnapshot | kDeltaMore, 961, 0, 1, 16}));
  const int32_t* last = out.words.begin() + kFirst;
  EXPECT_EQ(Words(last, last + 7), (Words{3, kDeltaSnapshot, 128, 1, 1, 3, 16}));
  EXPECT_EQ(Words(out.words.end() - 5, out.words.end()), (Words{20, 0, 0, 1, 0}));
  ASSERT_EQ(out.values.size(), 1 + 961 + 1 + 128);
  EXPECT_EQ(out.values[0], 7.0);
  EXPECT_EQ(out.values[962], 7.0);
  EXPECT_EQ(out.values.back(), 1088.0);
  // Changes are never cut, however many there are.
  PackedDeltas whole;
  item.write(3, 0, 1, 7.0, &whole);
  EXPECT_EQ(whole.words.size(), kHeadWords + 19 * kChangeWords);
}

}  // namespace
}  // namespace tickscan::scan
