// Names, slots, and the way of a slot from its removal to its next use.
#include "market/symbol_table.h"

#include <algorithm>
#include <cstring>

#include "base/lanes.h"

namespace tickscan::market {

namespace {

bool suitable_name(const std::string& name) {
  if (name.empty() || name.size() > kSymbolNameBytes) return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f;
  });
}

}  // namespace

Result<uint32_t> SymbolTable::add(const std::string& name, std::optional<uint32_t> place) {
  if (!suitable_name(name)) {
    return Error{ErrorCode::E_SYMBOL,
                 "'" + name + "' is no symbol name",
                 std::nullopt,
                 "1 to " + std::to_string(kSymbolNameBytes) + " bytes without spaces",
                 {}};
  }
  if (slots_.count(name) > 0) {
    return Error{ErrorCode::E_DUPLICATE, "the symbol '" + name + "' exists already", std::nullopt, {}, {}};
  }
  reclaim();
  const uint32_t most = store_.layout().max_symbols;
  if (free_.empty() && end_ == most) {
    std::string message = "all " + std::to_string(most) + " symbol slots are in use";
    if (!waiting_.empty()) {
      message += ", " + std::to_string(waiting_.size()) + " of them by writes that have not ended";
    }
    return Error{ErrorCode::E_LIMIT,
                 message,
                 std::nullopt,
                 "at most maxSymbols = " + std::to_string(most) + " symbols",
                 {}};
  }
  if (place && (*place >= most || (*place < end_ && free_.count(*place) == 0))) {
    return Error{
        ErrorCode::E_CONFIG, "the slot " + std::to_string(*place) + " is in use", std::nullopt, {}, {}};
  }
  const uint32_t slot = take_slot(place);
  names_[slot] = name;
  slots_.emplace(name, slot);
  SymbolRecord& record = store_.symbol(slot);
  std::memcpy(record.name, name.data(), name.size());
  record.name_bytes.store(static_cast<int32_t>(name.size()), std::memory_order_relaxed);
  // Release: the name, and whatever was reset before, before the state that says it may be used.
  record.state.store(static_cast<int32_t>(SymbolState::loading), std::memory_order_release);
  Header& header = store_.header();
  header.symbol_count.store(static_cast<int32_t>(end_), std::memory_order_release);
  header.symbol_table_version.fetch_add(1, std::memory_order_release);
  return slot;
}

uint32_t SymbolTable::take_slot(std::optional<uint32_t> place) {
  if (!place) return free_.empty() ? end_++ : free_.extract(free_.begin()).value();
  while (end_ <= *place) free_.insert(end_++);
  free_.erase(*place);
  return *place;
}

void SymbolTable::start(uint32_t slot) {
  store_.symbol(slot).state.store(static_cast<int32_t>(SymbolState::ready), std::memory_order_release);
}

void SymbolTable::remove(uint32_t slot) {
  SymbolRecord& record = store_.symbol(slot);
  // First of all: from here on no writer begins to write the slot.
  record.generation.fetch_add(1, std::memory_order_seq_cst);
  record.state.store(static_cast<int32_t>(SymbolState::free), std::memory_order_release);
  store_.header().symbol_table_version.fetch_add(1, std::memory_order_release);
  slots_.erase(names_[slot]);
  names_[slot].clear();
  waiting_.push_back(slot);
  reclaim();
}

void SymbolTable::reclaim() {
  const auto ended = [this](uint32_t slot) {
    if (being_written(slot)) return false;
    reset(slot);
    free_.insert(slot);
    return true;
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), ended), waiting_.end());
}

Result<uint32_t> SymbolTable::find(SymbolKey wanted) const {
  const auto slot = static_cast<uint32_t>(wanted % kMaxSymbols);
  if (in_use(slot) && key(slot) == wanted) return slot;
  return Error{ErrorCode::E_SYMBOL, "no symbol has the key " + std::to_string(wanted), std::nullopt, {}, {}};
}

SymbolKey SymbolTable::key(uint32_t slot) const {
  const int32_t generation = store_.symbol(slot).generation.load(std::memory_order_relaxed);
  return slot + SymbolKey{static_cast<uint32_t>(generation)} * kMaxSymbols;
}

bool SymbolTable::being_written(uint32_t slot) const {
  for (uint32_t i = 0; i < kMaxWriters; ++i) {
    const int32_t writing = store_.writer(i).writing.load(std::memory_order_seq_cst);
    if (writing == static_cast<int32_t>(slot) + 1) return true;
  }
  return false;
}

// Nobody writes the slot, and nobody of the engine reads it: its lane takes no part. Readers of the page look at
// counts and revisions.
void SymbolTable::reset(uint32_t slot) {
  TickerRecord& ticker = store_.ticker(slot);
  ticker.box.initialise();
  std::fill_n(&ticker.slots[0][0], 3 * kTickerFields, kUnknown);
  for (uint32_t i = 0; i < store_.layout().interval_count; ++i) reset_series(slot, i);
  store_.time(slot).store(0, std::memory_order_relaxed);
  for (DebugEntry& entry : store_.debug().entries) {
    if (entry.symbol == static_cast<int32_t>(slot)) entry.symbol = -1;
  }
}

void SymbolTable::reset_series(uint32_t slot, uint32_t interval) {
  SeriesRecord& record = store_.series(slot, interval);
  // It may be odd already, if a writer died in a rewrite.
  const int32_t odd = (record.revision.load(std::memory_order_relaxed) + 1) | 1;
  record.revision.store(odd, std::memory_order_seq_cst);
  KlineRing ring = store_.ring(slot, interval);
  Kline nothing{};
  std::fill(std::begin(nothing.fields), std::end(nothing.fields), kUnknown);
  for (uint32_t n = 0; n < ring.capacity(); ++n) ring.overwrite(n, nothing);
  for (auto* counter : {&record.closed_count, &record.history_count, &record.gaps, &record.late,
                        &record.duplicates, &record.dropped, &record.corrections}) {
    counter->store(0, std::memory_order_relaxed);
  }
  store_.loaded(slot, interval).store(0, std::memory_order_relaxed);
  record.box.initialise();
  std::fill_n(&record.slots[0][0], 3 * kKlineFields, kUnknown);
  record.revision.store(odd + 1, std::memory_order_release);
}

}  // namespace tickscan::market
