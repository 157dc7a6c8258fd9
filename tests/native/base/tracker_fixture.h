// A dirty tracker on words of its own, and the way the engine uses it: swap, then drain every block.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "base/dirty_tracker.h"

namespace tickscan {

class TrackerFixture {
 public:
  explicit TrackerFixture(uint32_t symbols, uint32_t rows = 3, int32_t first_epoch = 0)
      : row_words_((symbols + 63) / 64 * 2),
        words_(size_t{2} * rows * row_words_),
        tracker_(&control_, words_.data(), rows, row_words_) {
    control_.epoch.store(first_epoch);
    control_.idle.store(0);
    for (auto& word : words_) word.store(0);
  }

  using Marks = std::set<std::pair<uint32_t, uint32_t>>;  // row, symbol

  // One cycle's change set.
  Marks cycle() {
    tracker_.swap();
    return drain();
  }
  Marks drain() {
    Marks marks;
    for (uint32_t row = 0; row < tracker_.rows(); ++row) {
      for (uint32_t block = 0; block < tracker_.blocks(); ++block) {
        for_each_lane(tracker_.drain_block(row, block),
                      [&](uint32_t lane) { marks.emplace(row, block * kLanes + lane); });
      }
    }
    return marks;
  }

  DirtyTracker& tracker() { return tracker_; }
  DirtyControl& control() { return control_; }
  [[nodiscard]] size_t words() const { return words_.size(); }

 private:
  uint32_t row_words_;
  DirtyControl control_;
  std::vector<std::atomic<int32_t>> words_;
  DirtyTracker tracker_;
};

}  // namespace tickscan
