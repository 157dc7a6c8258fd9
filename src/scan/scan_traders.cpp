// Traders that come, change and go, between cycles.
#include <algorithm>

#include "scan/scan.h"

namespace tickscan::scan {

namespace {

Error arena_full() {
  return Error{ErrorCode::E_MEMORY,
               "the traders' memory is used up",
               std::nullopt,
               "fewer traders, or a larger traderBytes",
               {}};
}

}  // namespace

Result<uint32_t> Scan::add_trader(const std::string& id, std::span<const filter::Tree> trees,
                                  const TraderOptions& options) {
  const auto place =
      std::find_if(traders_.begin(), traders_.end(), [](const Trader& t) { return !t.in_use; });
  if (place == traders_.end()) {
    return Error{ErrorCode::E_LIMIT,
                 "all " + std::to_string(traders_.size()) + " traders are in use",
                 std::nullopt,
                 "at most maxTraders traders at a time",
                 {}};
  }
  Trader made;
  made.matches = reinterpret_cast<LaneMask*>(arena_.allocate(blocks_count_ * sizeof(LaneMask)));
  if (made.matches == nullptr) return arena_full();
  std::fill_n(made.matches, blocks_count_, LaneMask{0});
  if (Status bad = equip(&made, trees, options)) {
    arena_.release(reinterpret_cast<std::byte*>(made.matches));
    return *bad;
  }
  made.id = id;
  made.in_use = true;
  put_rest_back();
  *place = std::move(made);
  sizer_.put_in(*place, blocks_count_);
  ++trader_count_;
  compile();
  return static_cast<uint32_t>(place - traders_.begin());
}

Status Scan::update_trader(uint32_t index, std::span<const filter::Tree> trees,
                           const TraderOptions& options) {
  if (trader(index) == nullptr) {
    return Error{ErrorCode::E_TRADER, "no trader " + std::to_string(index), std::nullopt, {}, {}};
  }
  Trader made;
  if (Status bad = equip(&made, trees, options)) return bad;
  put_rest_back();
  Trader& old = traders_[index];
  toggle_removed(index);
  sizer_.take_out(old, blocks_count_);
  // Times of entering are of another clock when the trader's way of deciding changes.
  if (made.on_close == old.on_close) made.gate.inherit(old.gate);
  // What both need was acquired for the new one before it is released for the old one: it stays warm.
  if (old.enabled) plan_.remove(old.expression);
  old.gate.release(arena_);
  made.id = old.id;
  made.in_use = true;
  made.matches = old.matches;
  made.announced = old.announced;
  made.snapshot_wanted = old.snapshot_wanted;
  old = std::move(made);
  sizer_.put_in(old, blocks_count_);
  toggle_removed(index);
  compile();
  return std::nullopt;
}

void Scan::toggle_removed(uint32_t index) {
  for (const auto& [block, change] : removed_) {
    if (change.trader == index) traders_[index].matches[block] ^= change.left;
  }
}

// Everything about a trader that can fail. On an error nothing is held.
Status Scan::equip(Trader* trader, std::span<const filter::Tree> trees, const TraderOptions& options) {
  const Way way = options.on_close ? Way::closed : Way::now;
  if (!trader->gate.make(arena_, blocks_count_, options.gate)) return arena_full();
  Result<Expression> added = plan_.add(trees, way, options.base);
  if (!added.ok()) {
    trader->gate.release(arena_);
    return added.error();
  }
  trader->on_close = options.on_close;
  trader->base = options.base;
  trader->enabled = options.enabled;
  trader->expression = added.value();
  if (!options.enabled) {
    // It would fit, and that is all that was asked.
    plan_.remove(trader->expression);
    trader->columns.assign(trees.size() - 1, Operand{});
    trader->condition_columns.assign(trees.size() - 1, false);
    return std::nullopt;
  }
  for (size_t i = 0; i < trader->expression.roots.size(); ++i) {
    const NodeId root = trader->expression.roots[i];
    const Operand operand = options.on_close ? compiler_.closed_of(root) : compiler_.now_of(root);
    if (i == 0) {
      trader->condition = operand;
    } else {
      trader->columns.push_back(operand);
      trader->condition_columns.push_back(plan_.node(root).type == filter::Type::condition);
    }
  }
  return std::nullopt;
}

Status Scan::remove_trader(uint32_t index) {
  if (trader(index) == nullptr) {
    return Error{ErrorCode::E_TRADER, "no trader " + std::to_string(index), std::nullopt, {}, {}};
  }
  put_rest_back();
  Trader& gone = traders_[index];
  toggle_removed(index);
  sizer_.take_out(gone, blocks_count_);
  std::erase_if(removed_, [index](const auto& one) { return one.second.trader == index; });
  if (gone.enabled) plan_.remove(gone.expression);
  gone.gate.release(arena_);
  arena_.release(reinterpret_cast<std::byte*>(gone.matches));
  gone = Trader{};
  --trader_count_;
  compile();
  return std::nullopt;
}

Result<TraderMemory> Scan::trader_memory(uint32_t index) {
  if (trader(index) == nullptr) {
    return Error{ErrorCode::E_TRADER, "no trader " + std::to_string(index), std::nullopt, {}, {}};
  }
  Trader& one = traders_[index];
  TraderMemory memory;
  for (uint32_t block = 0; block < blocks_count_; ++block) {
    for_each_lane(one.matches[block],
                  [&](uint32_t lane) { memory.matches.push_back(block * kLanes + lane); });
    const std::span<double> entered = one.gate.entered_ms(block);
    memory.entered_ms.insert(memory.entered_ms.end(), entered.begin(), entered.end());
    if (!one.on_close || !one.enabled) continue;
    const auto* decided = timelines_[one.expression.timeline].decided.at<double>(block);
    memory.decided_up_to.insert(memory.decided_up_to.end(), decided, decided + kLanes);
  }
  return memory;
}

Status Scan::restore_trader(uint32_t index, const TraderMemory& memory) {
  if (trader(index) == nullptr) {
    return Error{ErrorCode::E_TRADER, "no trader " + std::to_string(index), std::nullopt, {}, {}};
  }
  const uint32_t slots = blocks_count_ * kLanes;
  const bool in_range = std::all_of(memory.matches.begin(), memory.matches.end(), [&](uint32_t slot) {
    return slot < slots && (blocks_[slot / kLanes].active >> (slot % kLanes) & 1) != 0;
  });
  if (!in_range || memory.entered_ms.size() > slots) {
    return Error{ErrorCode::E_CONFIG,
                 "a trader's memory names symbols that are not there",
                 std::nullopt,
                 "slots of this engine's symbols",
                 {}};
  }
  put_rest_back();
  Trader& one = traders_[index];
  toggle_removed(index);
  sizer_.take_out(one, blocks_count_);
  std::fill_n(one.matches, blocks_count_, LaneMask{0});
  for (const uint32_t slot : memory.matches) one.matches[slot / kLanes] |= lane_bit(slot % kLanes);
  for (uint32_t slot = 0; slot < memory.entered_ms.size(); ++slot) {
    const std::span<double> entered = one.gate.entered_ms(slot / kLanes);
    if (!entered.empty()) entered[slot % kLanes] = memory.entered_ms[slot];
  }
  toggle_removed(index);
  sizer_.put_in(one, blocks_count_);
  toggle_removed(index);
  // The other side knows these matches: what follows are changes against them.
  one.announced = true;
  one.fresh = true;
  compile();
  return std::nullopt;
}

const Trader* Scan::trader(uint32_t index) const {
  return index < traders_.size() && traders_[index].in_use ? &traders_[index] : nullptr;
}

}  // namespace tickscan::scan
