// The rows of intervals.def as a table.
#include "market/interval.h"

#include <cstddef>
#include <iterator>

namespace tickscan::market {

namespace {
constexpr Interval kIntervals[] = {
#define TICKSCAN_INTERVAL(name, length_ms) {name, length_ms},
#include "market/intervals.def"
#undef TICKSCAN_INTERVAL
};
}  // namespace

std::span<const Interval> intervals() { return kIntervals; }

int find_interval(std::string_view name) {
  for (size_t i = 0; i < std::size(kIntervals); ++i) {
    if (kIntervals[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace tickscan::market
