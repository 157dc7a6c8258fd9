// The table of timelines and the memory of those that cross intervals.
#include "scan/timeline.h"

#include <bit>
#include <cstring>
#include <limits>

#include "base/assert.h"

namespace tickscan::scan {

namespace {

constexpr size_t kLanesBytes = sizeof(SeriesLanes::closed);
constexpr size_t kCursorBytes = sizeof(SeriesLanes::cursor);
constexpr size_t kMaxTimelines = kNoTimeline;

// Per block: the decided times, then last kline and cursors of each interval that is read.
size_t block_bytes(uint32_t intervals) {
  return sizeof(SeriesLanes::decided) +
         static_cast<size_t>(std::popcount(intervals)) * (kLanesBytes + kCursorBytes);
}

}  // namespace

Timelines::Timelines(Arena& arena, std::span<SeriesLanes> series, uint32_t blocks, uint32_t interval_count)
    : arena_(arena), blocks_(blocks), interval_count_(interval_count) {
  const size_t stride = sizeof(SeriesLanes) * interval_count;
  for (uint32_t i = 0; i < interval_count; ++i) {
    SeriesLanes& first = series[i];
    Timeline timeline;
    timeline.base = i;
    timeline.intervals = 1U << i;
    timeline.refs = 1;
    timeline.lanes[i] = {reinterpret_cast<std::byte*>(&first.closed), stride};
    timeline.cursors[i] = {reinterpret_cast<std::byte*>(&first.cursor), stride};
    timeline.decided = {reinterpret_cast<std::byte*>(&first.decided), stride};
    table_.push_back(timeline);
  }
}

Result<TimelineId> Timelines::find_or_make(uint32_t base, uint32_t intervals) {
  size_t place = table_.size();
  for (size_t id = 0; id < table_.size(); ++id) {
    if (table_[id].base == base && table_[id].intervals == intervals) return static_cast<TimelineId>(id);
    if (!table_[id].in_use() && place == table_.size()) place = id;
  }
  if (place >= kMaxTimelines) {
    return Error{ErrorCode::E_LIMIT,
                 "255 combinations of intervals are in use",
                 std::nullopt,
                 "at most 255 different combinations of intervals over all traders",
                 {}};
  }
  const size_t stride = block_bytes(intervals);
  std::byte* memory = arena_.allocate(stride * blocks_);
  if (memory == nullptr) {
    return Error{ErrorCode::E_MEMORY,
                 "a combination of intervals needs " + std::to_string(stride * blocks_) + " bytes, " +
                     std::to_string(arena_.largest_free()) + " are left",
                 std::nullopt,
                 "fewer traders, or a larger traderBytes",
                 {}};
  }
  if (place == table_.size()) table_.emplace_back();
  Timeline& made = table_[place];
  made = Timeline{};
  made.base = base;
  made.intervals = intervals;
  made.fresh = true;
  made.memory = memory;
  made.decided = {memory, stride};
  size_t offset = sizeof(SeriesLanes::decided);
  for (uint32_t i = 0; i < interval_count_; ++i) {
    if ((intervals >> i & 1) == 0) continue;
    made.lanes[i] = {memory + offset, stride};
    offset += kLanesBytes;
    made.cursors[i] = {memory + offset, stride};
    offset += kCursorBytes;
  }
  for (uint32_t block = 0; block < blocks_; ++block) {
    std::byte* start = memory + stride * block;
    for (size_t at = 0; at < stride; at += sizeof(double)) std::memcpy(start + at, &kUnknown, sizeof(double));
    for (uint32_t i = 0; i < interval_count_; ++i) {
      if ((intervals >> i & 1) != 0) std::memset(made.cursors[i].at<void>(block), 0, kCursorBytes);
    }
    auto* decided = made.decided.at<double>(block);
    for (uint32_t lane = 0; lane < kLanes; ++lane) decided[lane] = -std::numeric_limits<double>::infinity();
  }
  return static_cast<TimelineId>(place);
}

void Timelines::forget(uint32_t block, uint32_t lane) {
  for (Timeline& one : table_) {
    if (!one.in_use()) continue;
    one.decided.at<double>(block)[lane] = -std::numeric_limits<double>::infinity();
    for (uint32_t i = 0; i < interval_count_; ++i) {
      if ((one.intervals >> i & 1) == 0) continue;
      one.cursors[i].at<uint32_t>(block)[lane] = 0;
      auto* fields = one.lanes[i].at<double>(block);
      for (uint32_t field = 0; field < market::kKlineFields; ++field)
        fields[field * kLanes + lane] = kUnknown;
    }
  }
}

void Timelines::remove_ref(TimelineId id) {
  Timeline& timeline = table_[id];
  TICKSCAN_ASSERT(timeline.refs > 0);
  timeline.refs -= 1;
  if (timeline.refs > 0 || single(id)) return;
  arena_.release(timeline.memory);
  timeline = Timeline{};
}

}  // namespace tickscan::scan
