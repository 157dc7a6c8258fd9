// Kleene's tables over arrays of words.
#include "scan/logic.h"

#include <algorithm>

namespace tickscan::scan {

namespace {

// Blocks that are computed together: their words of a thousand nodes stay in the core's own cache.
constexpr size_t kTile = 16;

void store(Condition& out, LaneMask lanes, LaneMask value, LaneMask known) {
  out.value = (out.value & ~lanes) | (value & lanes);
  out.known = (out.known & ~lanes) | (known & lanes);
}

// Values are known to be true, so what is known and no value is known to be false.
Condition both(const Condition& a, const Condition& b) {
  const LaneMask value = a.value & b.value;
  return {value, value | (a.known ^ a.value) | (b.known ^ b.value)};
}
Condition either(const Condition& a, const Condition& b) {
  const LaneMask value = a.value | b.value;
  return {value, value | (a.known & b.known)};
}

template <typename F>
void each(const LogicStep& step, std::span<const uint32_t> blocks, const LaneMask* due, F f) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    const uint32_t block = blocks[i];
    const Condition result = f(block);
    store(step.out[block], due[i], result.value, result.known);
  }
}

}  // namespace

void run_logic(std::span<const LogicStep> steps, std::span<const uint32_t> blocks, const DueTable& due) {
  for (size_t first = 0; first < blocks.size(); first += kTile) {
    const auto tile = blocks.subspan(first, std::min(kTile, blocks.size() - first));
    for (const LogicStep& step : steps) {
      const LaneMask* lanes = due.words(step.due) + first;
      const Condition* a = step.a;
      const Condition* b = step.b;
      switch (step.op) {
        case NodeOp::logical_and:
          each(step, tile, lanes, [=](uint32_t block) { return both(a[block], b[block]); });
          break;
        case NodeOp::logical_or:
          each(step, tile, lanes, [=](uint32_t block) { return either(a[block], b[block]); });
          break;
        default:
          each(step, tile, lanes, [=](uint32_t block) {
            return Condition{a[block].known ^ a[block].value, a[block].known};
          });
          break;
      }
    }
  }
}

}  // namespace tickscan::scan
