// The table of kline intervals, from intervals.def. Immutable; read from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tickscan::market {

struct Interval {
  std::string_view name;
  int64_t length_ms;
};

std::span<const Interval> intervals();

// The row's index, or -1.
int find_interval(std::string_view name);

}  // namespace tickscan::market
