// A market of its own for a test: the region, its store and writers; klines by their minute.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/lanes.h"
#include "market/interval.h"
#include "market/store.h"
#include "market/writer.h"

namespace tickscan::market {

class Market {
 public:
  Market(uint32_t max_symbols, uint32_t max_klines, const std::vector<std::string>& names = {"1m"})
      : config_(make_config(max_symbols, max_klines, names).value()),
        layout_(config_),
        bytes_(static_cast<size_t>(layout_.bytes) + kAlignment),
        store_(layout_, aligned()) {
    store_.initialise();
  }

  // Each index once per test: it is the writer's identity.
  [[nodiscard]] Writer writer(uint32_t index = 0) const {
    Writer writer(store_, index);
    for (const uint32_t row : config_.intervals) {
      writer.interval_ms.push_back(static_cast<double>(intervals()[row].length_ms));
    }
    return writer;
  }

  [[nodiscard]] const Store& store() const { return store_; }
  [[nodiscard]] const Layout& layout() const { return layout_; }

 private:
  static constexpr uintptr_t kAlignment = 64;

  std::byte* aligned() {
    const auto start = reinterpret_cast<uintptr_t>(bytes_.data());
    return bytes_.data() + (kAlignment - start % kAlignment) % kAlignment;
  }

  Config config_;
  Layout layout_;
  std::vector<std::byte> bytes_;
  Store store_;
};

constexpr double kMinute = 60000;

// The kline that opens at this minute; every field follows from `value`.
inline Kline kline_at(double minute, double value = 1) {
  return {{minute * kMinute, value, value + 2, value - 1, value + 1, value * 10}};
}

// A ring's contents as text, so that a test compares them at a glance: minute:open, oldest first.
inline std::string contents(const Store& store, uint32_t slot, uint32_t interval = 0) {
  const KlineRing ring = store.ring(slot, interval);
  std::string text;
  const uint32_t count = ring.count();
  for (uint32_t n = ring.oldest(count); n < count; ++n) {
    Kline kline{};
    TICKSCAN_ASSERT(ring.read(n, ring.revision(), &kline) == KlineRing::Read::ok);
    const Kline whole = kline_at(kline.open_time() / kMinute, kline.fields[kline_open]);
    TICKSCAN_ASSERT(std::memcmp(&kline, &whole, sizeof kline) == 0);
    if (!text.empty()) text += ' ';
    text += std::to_string(static_cast<int>(kline.open_time() / kMinute)) + ":" +
            std::to_string(static_cast<int>(kline.fields[kline_open]));
  }
  return text;
}

// Counters of a series: gaps, late, duplicates, dropped, corrections.
inline std::string counters(const Store& store, uint32_t slot, uint32_t interval = 0) {
  const SeriesRecord& record = store.series(slot, interval);
  return "gaps " + std::to_string(record.gaps) + " late " + std::to_string(record.late) + " duplicates " +
         std::to_string(record.duplicates) + " dropped " + std::to_string(record.dropped) + " corrections " +
         std::to_string(record.corrections);
}

// Whether the record's row is in this cycle's change set; takes the whole cycle.
inline bool is_dirty(const Store& store, uint32_t row, uint32_t slot) {
  DirtyTracker tracker = store.tracker();
  tracker.swap();
  bool found = false;
  for (uint32_t r = 0; r < tracker.rows(); ++r) {
    for (uint32_t block = 0; block < tracker.blocks(); ++block) {
      const LaneMask lanes = tracker.drain_block(r, block);
      found = found || (r == row && block == slot / kLanes && (lanes & lane_bit(slot % kLanes)) != 0);
    }
  }
  return found;
}

}  // namespace tickscan::market
