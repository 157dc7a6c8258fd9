// Whom a thread is working for stands in shared memory, so that a supervisor knows which trader's filter kills engines. It
// shall be one for which something is computed.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

// Whom the engine thread has said to work for, seen from beside it in cycles in which all symbols tick, until that was
// `awaited` too.
std::set<int32_t> blamed(World* world, int32_t awaited) {
  std::atomic<int32_t>& suspect = world->engine->store().suspect(0);
  std::atomic<bool> over = false;
  std::set<int32_t> handles;
  std::thread watcher([&] {
    int32_t handle = 0;
    while (!over && handle != awaited) {
      handle = suspect.load(std::memory_order_relaxed);
      if (handle != 0) handles.insert(handle);
    }
    over = true;
  });
  for (double now_ms = 2; !over && now_ms < 5000; ++now_ms) {
    for (uint32_t slot = 0; slot < world->symbols.size(); ++slot)
      world->tick(slot, market::ticker_last, now_ms);
    world->cycle(now_ms);
  }
  over = true;
  watcher.join();
  return handles;
}

TEST(Blame, ATraderThatIsOffIsToBlameForNothing) {
  World world(500);
  engine::TraderSpec spec;
  spec.id = "off";
  spec.filter = "sqrt(last) > 1";
  spec.interval = "1m";
  spec.on_close = false;
  const uint32_t off = world.add(spec);
  world.add("other", "last > 1", "1m", false);
  world.cycle(0);
  spec.enabled = false;
  ASSERT_TRUE(world.engine->update_trader(off, spec).ok());
  // The place in the graph that the first one has given up is taken by what this one computes.
  const uint32_t on = world.add("on", "exp(last) > 1", "1m", false);
  world.cycle(1);
  const auto handle = static_cast<int32_t>(on) + 1;
  const std::set<int32_t> handles = blamed(&world, handle);
  EXPECT_EQ(handles.count(handle), 1U);
  EXPECT_EQ(handles.count(static_cast<int32_t>(off) + 1), 0U);
}

}  // namespace
}  // namespace tickscan::scan::testing
