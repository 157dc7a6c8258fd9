// Live, closed, late, corrected and loaded klines in any order through the writer, against a std::map from
// open time to kline: the ring's contents, every counter, the revision and the dirty mark.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "market/fixture.h"

namespace tickscan::market {
namespace {

// The rules once more, in terms of a map. Written from DESIGN section 3, not from the writer.
class Model {
 public:
  explicit Model(size_t max_klines) : max_klines_(max_klines) {}

  WriteResult live(int minute) {
    const bool behind_closed = !closed_.empty() && minute <= closed_.rbegin()->first;
    if (behind_closed || (live_ && minute < *live_)) {
      ++late;
      return WriteResult::late;
    }
    drop_live_before(minute);
    live_ = minute;
    return WriteResult::written;
  }

  WriteResult close(int minute, int value) {
    if (!closed_.empty() && minute < closed_.begin()->first) return WriteResult::stale;
    const auto known = closed_.find(minute);
    if (known != closed_.end() && known->second == value) {
      ++duplicates;
      return WriteResult::duplicate;
    }
    if (known != closed_.end()) {
      ++corrections;
    } else if (closed_.empty() || minute > closed_.rbegin()->first) {
      drop_live_before(minute);
    }
    const bool append = closed_.empty() || minute > closed_.rbegin()->first;
    if (!append) revision += 2;
    closed_[minute] = value;
    trim();
    return WriteResult::written;
  }

  WriteResult load(const std::map<int, int>& klines) {
    for (const auto& [minute, value] : klines) closed_[minute] = value;
    trim();
    revision += 2;
    return WriteResult::written;
  }

  [[nodiscard]] std::string contents() const {
    std::string text;
    for (const auto& [minute, value] : closed_) {
      text += (text.empty() ? "" : " ") + std::to_string(minute) + ":" + std::to_string(value);
    }
    return text;
  }
  [[nodiscard]] std::string counters() const {
    const int span = closed_.empty() ? 0 : closed_.rbegin()->first - closed_.begin()->first + 1;
    return "gaps " + std::to_string(span - static_cast<int>(closed_.size())) + " late " +
           std::to_string(late) + " duplicates " + std::to_string(duplicates) + " dropped " +
           std::to_string(dropped) + " corrections " + std::to_string(corrections);
  }
  [[nodiscard]] std::optional<int> live() const { return live_; }

  int revision = 0;
  int late = 0;
  int duplicates = 0;
  int dropped = 0;
  int corrections = 0;

 private:
  // A live kline of an earlier minute that nobody closed is superseded now.
  void drop_live_before(int minute) {
    const bool was_closed = live_ && !closed_.empty() && *live_ <= closed_.rbegin()->first;
    if (live_ && *live_ < minute && !was_closed) ++dropped;
  }
  void trim() {
    while (closed_.size() > max_klines_) closed_.erase(closed_.begin());
  }

  size_t max_klines_;
  std::map<int, int> closed_;
  std::optional<int> live_;
};

RC_GTEST_PROP(WriterProperty, AgreesWithAMapOverAnySequence, ()) {
  const uint32_t max_klines = *rc::gen::element(1U, 2U, 3U, 5U, 20U);
  const Market market(33, max_klines, {"1m", "5m"});
  constexpr uint32_t kSlot = 32;
  const Store& store = market.store();
  Writer writer = market.writer();
  Model model(max_klines);
  int now = 0;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10));
  for (const int step : steps) {
    const int value = *rc::gen::inRange(1, 3);
    WriteResult got{};
    WriteResult right{};
    if (step < 3) {
      now += *rc::gen::inRange(0, 3);
      got = writer.update_kline(kSlot, 0, kline_at(now, value), true);
      right = model.close(now, value);
    } else if (step < 6) {
      const int minute = now + *rc::gen::inRange(-2, 4);
      got = writer.update_kline(kSlot, 0, kline_at(minute, value), false);
      right = model.live(minute);
    } else if (step < 9) {
      const int minute = now - *rc::gen::inRange(0, 8);
      got = writer.update_kline(kSlot, 0, kline_at(minute, value), true);
      right = model.close(minute, value);
    } else {
      const auto loaded =
          *rc::gen::container<std::map<int, int>>(rc::gen::inRange(now - 8, now + 3), rc::gen::inRange(1, 3));
      std::vector<Kline> klines;
      for (const auto& [minute, open] : loaded) klines.push_back(kline_at(minute, open));
      got = writer.load_history(kSlot, 0, klines);
      right = model.load(loaded);
    }
    RC_ASSERT(got == right);
    RC_ASSERT(is_dirty(store, 1, kSlot) == (right == WriteResult::written));
    RC_ASSERT(contents(store, kSlot) == model.contents());
    RC_ASSERT(counters(store, kSlot) == model.counters());
    RC_ASSERT(store.series(kSlot, 0).revision == model.revision);
    const SeriesRecord& record = store.series(kSlot, 0);
    const double live = record.slots[record.box.published_slot()][kline_open_time];
    const bool same_live = model.live() ? live == *model.live() * kMinute : std::isnan(live);
    RC_ASSERT(same_live);
  }
}

}  // namespace
}  // namespace tickscan::market
