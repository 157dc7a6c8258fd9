// Any sequence of marks, swaps, drains and put-backs against two std::sets, from any first epoch: what a
// drain takes is exactly what was marked before the swap and not taken since.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "base/tracker_fixture.h"

namespace tickscan {
namespace {

enum class Step : int { mark, swap, drain, put_back, idle };

RC_GTEST_PROP(DirtyTrackerProperty, AgreesWithSetsOverAnySequence, ()) {
  const uint32_t symbols = *rc::gen::element(1U, 31U, 32U, 33U, 64U, 65U, 199U, 200U, 8192U);
  const uint32_t rows = *rc::gen::inRange(1U, 10U);
  const auto first_epoch = *rc::gen::element(0, 1, 2147483645, 2147483646, 2147483647, -2, -1);
  TrackerFixture fixture(symbols, rows, first_epoch);
  TrackerFixture::Marks buffers[2];  // as the engine should find them
  TrackerFixture::Marks taken;       // the cycle that has not committed
  uint32_t active = static_cast<uint32_t>(first_epoch) & 1;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9));
  for (const int number : steps) {
    const auto step = number > 4 ? Step::mark : static_cast<Step>(number);
    if (step == Step::mark) {
      const uint32_t row = *rc::gen::inRange(0U, rows);
      const uint32_t symbol = *rc::gen::inRange(0U, symbols);
      fixture.tracker().mark(row, symbol);
      buffers[active].emplace(row, symbol);
    } else if (step == Step::swap) {
      fixture.tracker().swap();
      active ^= 1;
    } else if (step == Step::drain) {
      const TrackerFixture::Marks drained = fixture.drain();
      RC_ASSERT(drained == buffers[active ^ 1]);
      buffers[active ^ 1].clear();
      taken.insert(drained.begin(), drained.end());
    } else if (step == Step::put_back) {
      for (const auto& [row, symbol] : taken) fixture.tracker().mark(row, symbol);
      buffers[active].insert(taken.begin(), taken.end());
      taken.clear();
    } else {
      RC_ASSERT(fixture.tracker().set_idle() == (buffers[0].empty() && buffers[1].empty()));
    }
  }
  for (int cycle = 0; cycle < 2; ++cycle) {
    active ^= 1;
    RC_ASSERT(fixture.cycle() == buffers[active ^ 1]);
    buffers[active ^ 1].clear();
  }
  RC_ASSERT(fixture.tracker().set_idle());
}

}  // namespace
}  // namespace tickscan
