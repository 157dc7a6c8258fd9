// Which lanes are due for whatever reads the same rows, as words by due block. Most traders of an engine read the same
// rows, so a cycle has few sets of rows and asks each once, instead of once for every node and trader.
//
// Called by the engine thread: add() when programs are laid out, fill() after the barrier of a cycle. Allocates in add()
// alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scan/block.h"

namespace tickscan::scan {

class DueTable {
 public:
  explicit DueTable(uint32_t blocks) : blocks_(blocks) {}

  void clear() {
    sets_.clear();
    words_.clear();
  }

  // The number of a set of rows. What is fresh is due in every lane.
  uint32_t add(uint32_t rows, bool fresh) {
    for (uint32_t number = 0; number < sets_.size(); ++number) {
      if (sets_[number].rows == rows && sets_[number].fresh == fresh) return number;
    }
    sets_.push_back({rows, fresh, 0});
    words_.resize(sets_.size() * blocks_);
    return static_cast<uint32_t>(sets_.size() - 1);
  }

  // What is due in each of `due`, blocks of this cycle.
  void fill(std::span<const Block> blocks, std::span<const uint32_t> due) {
    for (uint32_t number = 0; number < sets_.size(); ++number) {
      Set& set = sets_[number];
      LaneMask* words = words_.data() + size_t{number} * blocks_;
      set.lanes = 0;
      for (const uint32_t index : due) {
        const Block& block = blocks[index];
        const LaneMask lanes = (set.fresh ? block.active : block.dirty_in(set.rows)) & ~block.broken;
        *words++ = lanes;
        set.lanes += static_cast<uint32_t>(std::popcount(lanes));
      }
    }
  }

  // A word for each block of the last fill(), in its order.
  [[nodiscard]] const LaneMask* words(uint32_t number) const {
    return words_.data() + size_t{number} * blocks_;
  }
  // How many lanes these are.
  [[nodiscard]] uint32_t lanes(uint32_t number) const { return sets_[number].lanes; }

 private:
  struct Set {
    uint32_t rows;
    bool fresh;
    uint32_t lanes;
  };

  uint32_t blocks_;
  std::vector<Set> sets_;
  std::vector<LaneMask> words_;
};

}  // namespace tickscan::scan
