// Any sequence of appends, overwrites under a revision and reads, against a std::deque; the count starts
// anywhere, also just below its wrap-around.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <memory>
#include <vector>

#include "market/kline_ring.h"

namespace tickscan::market {
namespace {

Kline kline_of(double value) { return {{value, value, value, value, value, value}}; }

RC_GTEST_PROP(KlineRingProperty, AgreesWithADequeOverAnySequence, ()) {
  const uint32_t max_klines = *rc::gen::element(1U, 2U, 3U, 7U, 40U);
  SeriesRecord record{};
  const auto columns = std::make_unique<SharedDouble[]>(size_t{max_klines + 1} * kKlineFields);
  KlineRing ring(&record, columns.get(), max_klines + 1);
  std::deque<double> kept;
  uint32_t count = 0;
  double value = 0;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
  for (const int step : steps) {
    if (step < 3) {
      ring.append(kline_of(++value));
      kept.push_back(value);
      if (kept.size() > max_klines) kept.pop_front();
      ++count;
    } else if (!kept.empty()) {
      const size_t at = *rc::gen::inRange<size_t>(0, kept.size());
      kept[at] = ++value;
      record.revision.fetch_add(1);
      ring.overwrite(count - static_cast<uint32_t>(kept.size() - at), kline_of(value));
      record.revision.fetch_add(1);
    }
    RC_ASSERT(ring.count() == count);
    const uint32_t oldest = count - static_cast<uint32_t>(kept.size());
    RC_ASSERT(ring.oldest(count) == oldest);
    Kline kline{};
    for (uint32_t n = oldest; n < count; ++n) {
      RC_ASSERT(ring.read(n, ring.revision(), &kline) == KlineRing::Read::ok);
      for (const double field : kline.fields) RC_ASSERT(field == kept[n - oldest]);
      RC_ASSERT(ring.open_time_guess(n) == kept[n - oldest]);
    }
    if (oldest > 0) RC_ASSERT(ring.read(oldest - 1, ring.revision(), &kline) == KlineRing::Read::lapped);
    RC_ASSERT(ring.read(count, ring.revision(), &kline) == KlineRing::Read::lapped);
  }
}

}  // namespace
}  // namespace tickscan::market
