// A view of the market region: turns a Layout and an address into records, rings and the tracker. Holds no
// data of its own; cheap to copy.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/dirty_tracker.h"
#include "market/kline_ring.h"
#include "market/layout.h"

namespace tickscan::market {

class Store {
 public:
  // `region` has layout.bytes bytes, 64-aligned.
  Store(const Layout& layout, std::byte* region) : layout_(layout), region_(region) {}

  // Engine, once, before anyone else knows the address.
  void initialise();

  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] std::byte* region() const { return region_; }
  [[nodiscard]] uint32_t blocks() const { return layout_.row_words / 2; }

  [[nodiscard]] Header& header() const { return at<Header>(layout_.header); }
  [[nodiscard]] DirtyControl& control() const { return at<DirtyControl>(layout_.control); }
  [[nodiscard]] SymbolRecord& symbol(uint32_t slot) const {
    return at<SymbolRecord>(layout_.symbols + sizeof(SymbolRecord) * slot);
  }
  [[nodiscard]] TickerRecord& ticker(uint32_t slot) const {
    return at<TickerRecord>(layout_.tickers + sizeof(TickerRecord) * slot);
  }
  [[nodiscard]] SeriesRecord& series(uint32_t slot, uint32_t interval) const {
    return at<SeriesRecord>(layout_.series + sizeof(SeriesRecord) * series_index(slot, interval));
  }
  [[nodiscard]] KlineRing ring(uint32_t slot, uint32_t interval) const {
    auto* columns = &at<SharedDouble>(layout_.rings + layout_.ring_stride * series_index(slot, interval));
    return {&series(slot, interval), columns, layout_.ring_capacity};
  }
  [[nodiscard]] DirtyTracker tracker() const {
    return {&control(), &at<std::atomic<int32_t>>(layout_.dirty), layout_.row_count, layout_.row_words};
  }
  // When the engine last saw an update of the symbol: the low 32 bits of a time in ms, 0 for never.
  [[nodiscard]] std::atomic<int32_t>& time(uint32_t slot) const {
    return at<std::atomic<int32_t>>(layout_.times + sizeof(int32_t) * slot);
  }
  // Closed klines of a series that did not come one by one at its end: history, and filled gaps. Stored by the
  // series' writer while the revision is odd, so it is a function of the revision; closed_count minus this is how
  // many klines a feed has closed.
  [[nodiscard]] std::atomic<int32_t>& loaded(uint32_t slot, uint32_t interval) const {
    return at<std::atomic<int32_t>>(layout_.loaded + sizeof(int32_t) * series_index(slot, interval));
  }
  [[nodiscard]] LagRecord& lag(uint32_t slot) const {
    return at<LagRecord>(layout_.lags + sizeof(LagRecord) * slot);
  }
  [[nodiscard]] DebugRing& debug() const { return at<DebugRing>(layout_.debug); }
  // The trader that a scan thread is computing for, handle + 1, 0 for none: who may have killed an engine that is
  // found dead.
  [[nodiscard]] std::atomic<int32_t>& suspect(uint32_t thread) const {
    return at<std::atomic<int32_t>>(layout_.suspects + sizeof(int32_t) * thread);
  }
  [[nodiscard]] WriterRecord& writer(uint32_t index) const {
    return at<WriterRecord>(layout_.writers + sizeof(WriterRecord) * index);
  }

 private:
  template <typename T>
  [[nodiscard]] T& at(uint64_t offset) const {
    return *reinterpret_cast<T*>(region_ + offset);
  }
  [[nodiscard]] uint64_t series_index(uint32_t slot, uint32_t interval) const {
    return uint64_t{slot} * layout_.interval_count + interval;
  }

  Layout layout_;
  std::byte* region_;
};

}  // namespace tickscan::market
