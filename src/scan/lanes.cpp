// Ticker, then each interval.
#include "scan/lanes.h"

#include <limits>

#include "base/mailbox.h"

namespace tickscan::scan {

namespace {

void clear_series(SeriesLanes& series, uint32_t lane) {
  series.version.fetch_add(1, std::memory_order_acq_rel);
  for (uint32_t field = 0; field < market::kKlineFields; ++field) {
    series.closed[field][lane] = kUnknown;
    series.now[field][lane] = kUnknown;
  }
  series.version.fetch_add(1, std::memory_order_release);
  series.decided[lane] = -std::numeric_limits<double>::infinity();
  series.cursor[lane] = series.visible[lane] = 0;
  series.revision[lane] = series.loaded[lane] = 0;
  series.reader_slot[lane] = MailboxHeader::kInitialReader;
  series.scanned[lane] = series.noted[lane] = 0;
  series.odd_since[lane] = kUnknown;
  for (LaneMask* lanes : {&series.live, &series.odd, &series.deferred, &series.damaged, &series.rebuild}) {
    *lanes &= ~lane_bit(lane);
  }
}

}  // namespace

void clear_lane(Block& block, uint32_t lane) {
  block.ticker_version.fetch_add(1, std::memory_order_acq_rel);
  for (auto& field : block.ticker) field[lane] = kUnknown;
  block.ticker_version.fetch_add(1, std::memory_order_release);
  block.ticker_slot[lane] = MailboxHeader::kInitialReader;
  block.ticker_scanned[lane] = block.ticker_noted[lane] = 0;
  block.broken &= ~lane_bit(lane);
  for (SeriesLanes& series : block.series) clear_series(series, lane);
}

}  // namespace tickscan::scan
