// Which symbol has which slot. Symbols come and go while writers in other threads write; a slot is used again only
// when no write of its old symbol can still be under way. Called by the engine thread alone.
//
// A writer says in its `writing` word which slot it is about to write, then looks at the slot's generation, writes if
// its key has the same one, and takes the word back. A removal bumps the generation, then looks at all `writing`
// words. All four steps are sequentially consistent, so in their one order either
//   the removal's look comes first: then the writer says its slot later, looks later still, and sees a new
//     generation: it refuses the key; or
//   the writer's word comes first: then the removal sees it and leaves the slot waiting until the word is another.
// The word is taken back with release and looked at with acquire, so every store of such a write comes before what
// `reclaim` does to the slot. JavaScript has no such store: there it is a sequentially consistent one, or, after a mark,
// a plain one behind the mark's atomic load (js/market-memory.js).
//
// The sweep looks at the words too (scan/sweep.h): a writer that is in a slot may not have marked it yet.
//
// Invariants:
//  1. A slot is in one of four states: never used, in use, waiting (removed, not yet reset), free (reset).
//  2. A free slot is as Store::initialise left it, but for its generation and revisions, which never go back:
//     a reader that holds on to an old one sees that it moved.
//  3. A thread that died in the middle of a write keeps that one slot waiting for ever; `waiting()` counts it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "market/store.h"

namespace tickscan::market {

class SymbolTable {
 public:
  explicit SymbolTable(const Store& store) : store_(store), names_(store.layout().max_symbols) {}

  // The symbol's slot. It can be written from now on, and is not ready before `start`.
  // `place`: this slot, which must be free; for an engine that takes over, so that keys stay what they are.
  Result<uint32_t> add(const std::string& name, std::optional<uint32_t> place = std::nullopt);
  void start(uint32_t slot);
  // After this no key of the symbol is taken any more.
  void remove(uint32_t slot);
  // Frees the waiting slots that no writer is in.
  void reclaim();

  [[nodiscard]] bool in_use(uint32_t slot) const { return slot < names_.size() && !names_[slot].empty(); }
  // The slot that the key names, or the error of one that it names no longer.
  [[nodiscard]] Result<uint32_t> find(SymbolKey key) const;
  [[nodiscard]] SymbolKey key(uint32_t slot) const;
  [[nodiscard]] const std::string& name(uint32_t slot) const { return names_[slot]; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(slots_.size()); }
  // Slots below this have been used.
  [[nodiscard]] uint32_t end() const { return end_; }
  [[nodiscard]] uint32_t waiting() const { return static_cast<uint32_t>(waiting_.size()); }

 private:
  uint32_t take_slot(std::optional<uint32_t> place);
  [[nodiscard]] bool being_written(uint32_t slot) const;
  void reset(uint32_t slot);
  void reset_series(uint32_t slot, uint32_t interval);

  Store store_;
  std::vector<std::string> names_;  // by slot; empty: not in use
  std::map<std::string, uint32_t> slots_;
  std::set<uint32_t> free_;  // the lowest is taken first, which keeps blocks full
  std::vector<uint32_t> waiting_;
  uint32_t end_ = 0;
};

}  // namespace tickscan::market
