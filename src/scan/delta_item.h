// One item of a message body as it grows: which lanes of which blocks entered and left, and the columns of those that
// entered; then written out, in pages where it is a large snapshot.
//
// Changes stay words of 64 lanes: a list of slots took longer to make than all comparisons of a cycle, since how many lanes
// change in a block is chance that nothing can predict. The client, which needs numbers, takes the words apart.
//
// Belongs to the DeltaPacker; keeps its memory from item to item.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/count_lanes.h"
#include "scan/trader.h"

namespace tickscan::scan {

inline constexpr int32_t kDeltaSnapshot = 1;
inline constexpr int32_t kDeltaLate = 2;
inline constexpr int32_t kDeltaMore = 4;

inline constexpr uint32_t kPageSymbols = 1024;

inline constexpr uint32_t kHeadWords = 6;    // trader, flags, entered, left, columns, changed blocks
inline constexpr uint32_t kChangeWords = 5;  // block, entered low and high, left low and high

// Words one after another, written anew in every cycle: keeps its memory, and hands out room without filling it.
class WordRow {
 public:
  // For at least `count` words behind the last one. Moves what is there: older addresses count no more.
  [[nodiscard]] int32_t* room(size_t count) {
    if (words_.size() < used_ + count) words_.resize(2 * (used_ + count));
    return words_.data() + used_;
  }
  // Of the room the first `count` words are written.
  void take(size_t count) { used_ += count; }
  void clear() { used_ = 0; }

  [[nodiscard]] size_t size() const { return used_; }
  [[nodiscard]] const int32_t* data() const { return words_.data(); }
  [[nodiscard]] const int32_t* begin() const { return data(); }
  [[nodiscard]] const int32_t* end() const { return data() + used_; }

 private:
  std::vector<int32_t> words_;
  size_t used_ = 0;
};

struct PackedDeltas {
  WordRow words;
  std::vector<double> values;
};

// What one block's matches are changed by, as it stands in the message: halves of words, the low one first, which is how
// every machine that this runs on stores a word.
struct BlockChange {
  uint32_t block;
  uint32_t entered_halves[2];
  uint32_t left_halves[2];

  BlockChange() = default;
  BlockChange(uint32_t index, LaneMask entered, LaneMask left) : block(index) {
    std::memcpy(entered_halves, &entered, sizeof entered);
    std::memcpy(left_halves, &left, sizeof left);
  }

  [[nodiscard]] LaneMask entered() const { return whole(entered_halves); }
  [[nodiscard]] LaneMask left() const { return whole(left_halves); }

 private:
  static LaneMask whole(const uint32_t* halves) {
    LaneMask lanes = 0;
    std::memcpy(&lanes, halves, sizeof lanes);
    return lanes;
  }
};
static_assert(sizeof(BlockChange) == kChangeWords * sizeof(int32_t));
static_assert(std::endian::native == std::endian::little);

// The first words of an item.
struct ItemHead {
  uint32_t trader;
  int32_t flags;
  uint32_t entered;
  uint32_t left;
  uint32_t columns;
  uint32_t changes;

  // Before its changes, at the end of the words.
  void write(WordRow* words) const {
    std::memcpy(words->room(0), this, sizeof *this);
    words->take(kHeadWords + size_t{changes} * kChangeWords);
  }
};
static_assert(sizeof(ItemHead) == kHeadWords * sizeof(int32_t));

// Appends changes. A value of its own, so that a loop keeps it in registers: as members of the item its numbers would be
// stored and loaded again for each block.
class ChangeAppender {
 public:
  explicit ChangeAppender(BlockChange* to) : to_(to), begin_(to) {}

  [[nodiscard]] size_t count() const { return static_cast<size_t>(to_ - begin_); }
  [[nodiscard]] uint32_t entered() const { return entered_; }
  [[nodiscard]] uint32_t left() const { return left_; }
  [[nodiscard]] int32_t occupied() const { return occupied_; }

  // Something entered or left.
  void add(uint32_t block, LaneMask entered, LaneMask left, int32_t occupied) {
    *to_++ = BlockChange(block, entered, left);
    entered_ += count_lanes(entered);
    left_ += count_lanes(left);
    occupied_ += occupied;
  }

 private:
  BlockChange* to_;
  BlockChange* begin_;
  uint32_t entered_ = 0;
  uint32_t left_ = 0;
  int32_t occupied_ = 0;
};

class DeltaItem {
 public:
  std::vector<double> columns;  // of the entered symbols, one after another

  // So many changes may be appended, and take() makes them the item's.
  [[nodiscard]] ChangeAppender append(size_t changes) {
    const size_t most = used_ + changes;
    if (changes_.size() < most) changes_.resize(2 * most);
    return ChangeAppender(changes_.data() + used_);
  }
  void take(const ChangeAppender& appended) {
    used_ += appended.count();
    entered_ += appended.entered();
    left_ += appended.left();
    occupied_ += appended.occupied();
  }

  // Puts the changes into the order of the blocks, one for each, and the columns into that of the lanes. A block has
  // several where its symbols were removed one by one, or where one lane had closed more klines than another.
  void merge(uint32_t column_count);

  void clear() {
    used_ = 0;
    entered_ = left_ = 0;
    occupied_ = 0;
    columns.clear();
  }
  [[nodiscard]] bool empty() const { return used_ == 0; }
  [[nodiscard]] uint32_t entered() const { return entered_; }
  [[nodiscard]] uint32_t left() const { return left_; }
  // By how many more blocks have matches after it.
  [[nodiscard]] int32_t occupied() const { return occupied_; }

  void write(uint32_t trader, int32_t flags, uint32_t column_count, double time, PackedDeltas* out) const;

 private:
  struct Unmerged {
    uint32_t block;
    LaneMask entered;
    LaneMask left;
    size_t first_column;  // of what entered
  };

  void write_page(uint32_t trader, int32_t flags, uint32_t column_count, double time, size_t first,
                  size_t end, const double* values, PackedDeltas* out) const;

  std::vector<BlockChange> changes_;
  std::vector<Unmerged> unmerged_;
  std::vector<double> unordered_;
  size_t used_ = 0;
  uint32_t entered_ = 0;
  uint32_t left_ = 0;
  int32_t occupied_ = 0;
};

// Appends the trader's column values of one symbol.
void read_columns(const Trader& trader, uint32_t block, uint32_t lane, std::vector<double>* values);

}  // namespace tickscan::scan
