// Kleene's tables over arrays of words.
#include "scan/logic.h"

#include <algorithm>

#include "base/simd.h"

namespace tickscan::scan {

namespace {

// Blocks that are computed together: their words of a thousand nodes stay in the core's own cache.
constexpr size_t kTile = 16;

using simd::Words;

Words words_of(const Condition& condition) { return Words::load(&condition.value); }

// True where both are, false where either is.
Words both(Words a, Words b) { return simd::first_and_second(a & b, a | b); }
Words either(Words a, Words b) { return simd::first_and_second(a | b, a & b); }

template <typename F>
void each(const LogicStep& step, std::span<const uint32_t> blocks, const LaneMask* due, F f) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    const uint32_t block = blocks[i];
    LaneMask* out = &step.out[block].value;
    simd::select(Words::of(due[i]), f(block), Words::load(out)).store(out);
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
          each(step, tile, lanes,
               [=](uint32_t block) { return both(words_of(a[block]), words_of(b[block])); });
          break;
        case NodeOp::logical_or:
          each(step, tile, lanes,
               [=](uint32_t block) { return either(words_of(a[block]), words_of(b[block])); });
          break;
        default:
          each(step, tile, lanes, [=](uint32_t block) { return simd::swapped(words_of(a[block])); });
          break;
      }
    }
  }
}

}  // namespace tickscan::scan
