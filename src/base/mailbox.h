// A triple-buffered mailbox: one writer hands the newest record to one reader, wait-free on both sides and
// never torn. Three slots: one belongs to the writer, one to the reader, one lies in the middle. Publishing
// and taking each exchange the own slot for the middle one.
//
// Who writes: `state` both sides, by exchange only; `writer`, `version` and `owner` the record's writer (the
// owner claims by compare-and-swap). The reader's slot index is the reader's own and lies outside.
// Why it is right: a slot's payload is written only by the side that holds the slot, and the exchange that
// hands it over is acquire-release, so the other side sees every store that came before.
// Exactly one reader: a second one would look at slots that it does not hold (3 % torn when tried).
#pragma once

#include <atomic>
#include <cstdint>

namespace tickscan {

struct MailboxHeader {
  static constexpr int32_t kSlotBits = 3;  // the low two bits: a slot index
  static constexpr int32_t kFresh = 4;     // state: published and not yet taken
  static constexpr int32_t kInitialReader = 0;
  static constexpr int32_t kInitialState = 1;              // the middle slot, not fresh
  static constexpr int32_t kInitialWriter = 2 | (1 << 2);  // private slot 2, last published 1

  std::atomic<int32_t> state;    // bits 0–1 the middle slot, bit 2 fresh
  std::atomic<int32_t> writer;   // bits 0–1 the writer's slot, bits 2–3 the slot published last
  std::atomic<int32_t> version;  // number of published records, modulo 2^32; only the writer stores it
  std::atomic<int32_t> owner;    // writer id that claimed the record; 0 is nobody

  void initialise() {
    state.store(kInitialState, std::memory_order_relaxed);
    writer.store(kInitialWriter, std::memory_order_relaxed);
    version.store(0, std::memory_order_relaxed);
    owner.store(0, std::memory_order_relaxed);
  }

  // Writer: the slot to fill, and the slot that holds the values published last (nobody writes that one
  // before it has come back to the writer).
  [[nodiscard]] int32_t private_slot() const { return writer.load(std::memory_order_relaxed) & kSlotBits; }
  [[nodiscard]] int32_t published_slot() const {
    return (writer.load(std::memory_order_relaxed) >> 2) & kSlotBits;
  }

  // Writer: hands over the private slot. The version follows the data, so a version that was seen scanned
  // means that the data was.
  void publish() {
    const int32_t mine = private_slot();
    // Release: the slot's payload before its index. Acquire: the returned slot is no longer being read.
    const int32_t old = state.exchange(mine | kFresh, std::memory_order_acq_rel);
    writer.store((old & kSlotBits) | (mine << 2), std::memory_order_relaxed);
    bump_version();
  }

  // Writer: one more change. Wraps round after 2^32, so versions are compared for equality only.
  void bump_version() {
    const auto next = static_cast<uint32_t>(version.load(std::memory_order_relaxed)) + 1;
    version.store(static_cast<int32_t>(next), std::memory_order_release);
  }

  // Sweep: whether one version is newer than another; both count modulo 2^32.
  [[nodiscard]] static bool newer(int32_t version, int32_t scanned) {
    return static_cast<int32_t>(static_cast<uint32_t>(version) - static_cast<uint32_t>(scanned)) > 0;
  }

  // Reader: gives back `slot` and returns the newest one if something was published since, else `slot`.
  [[nodiscard]] int32_t take(int32_t slot) {
    // Relaxed is enough for the look: a publication that it misses sets its dirty bit after this, and comes
    // in the next cycle.
    if ((state.load(std::memory_order_relaxed) & kFresh) == 0) return slot;
    const int32_t middle = state.exchange(slot, std::memory_order_acq_rel) & kSlotBits;
    // There are three slots; a word that names a fourth is damaged, and the old record stays.
    return middle == kSlotBits ? slot : middle;
  }
};

}  // namespace tickscan
