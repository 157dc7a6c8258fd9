// Which records changed since the last swap: two bitsets A and B of rows × symbols, and an epoch whose
// lowest bit names the active one. Writers mark, the engine swaps and drains; nothing is ever lost.
//
//   mark(row, symbol)   any thread, after the data was published
//   swap, drain         the engine thread only
//
// Invariants:
//  1. A bit is taken (exchanged to 0) before the work that it asks for, never cleared after it: an update
//     that comes during the work sets it again.
//  2. A bit that was marked is in the buffer drained next or the one after: mark re-reads the epoch after
//     its fetch_or and marks the other buffer too if a swap came in between.
//  3. Everything is seq_cst: the recheck needs "my bit before my second look at the epoch" on one side and
//     "the new epoch before my exchange" on the other, a store-load order that nothing weaker gives. In
//     WebAssembly and JavaScript every atomic is seq_cst anyway.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/lanes.h"

namespace tickscan {

// The words live in shared memory; JavaScript writers touch the same ones (js/market-writer.js).
struct DirtyControl {
  std::atomic<int32_t> epoch;  // number of swaps; bit 0 is the active buffer
  std::atomic<int32_t> idle;   // 1 while the engine sleeps until the next mark
  std::atomic<int32_t>
      retired;  // 1 when the engine is gone for good, 2 when the next one stands (js/successor.js)
  std::atomic<int32_t> heartbeat;  // bumped by the engine with every block and cycle
  std::atomic<int32_t> running;    // seq of the command that is being applied, 0 for none
};

class DirtyTracker {
 public:
  // `words` has 2 × rows × row_words words, all 0, row_words even.
  DirtyTracker(DirtyControl* control, std::atomic<int32_t>* words, uint32_t rows, uint32_t row_words)
      : control_(control), words_(words), rows_(rows), row_words_(row_words) {}

  void mark(uint32_t row, uint32_t symbol);

  // Makes the other buffer active; what was active until now is what drain_block reads.
  void swap() { control_->epoch.fetch_add(1, std::memory_order_seq_cst); }

  // Takes the bits of one block of 64 symbols out of the inactive buffer.
  LaneMask drain_block(uint32_t row, uint32_t block);

  // Engine: sets idle and looks once more. True: nothing is marked in either buffer, sleeping is right.
  bool set_idle();

  [[nodiscard]] uint32_t rows() const { return rows_; }
  [[nodiscard]] uint32_t blocks() const { return row_words_ / 2; }
  [[nodiscard]] int32_t epoch() const { return control_->epoch.load(std::memory_order_seq_cst); }

 private:
  std::atomic<int32_t>& word(uint32_t buffer, uint32_t row, uint32_t index) {
    return words_[(buffer * rows_ + row) * row_words_ + index];
  }

  DirtyControl* control_;
  std::atomic<int32_t>* words_;
  uint32_t rows_;
  uint32_t row_words_;
};

}  // namespace tickscan
