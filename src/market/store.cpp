// The region's first state: everything 0, ticker fields never set, mailboxes in their initial hand-out.
#include "market/store.h"

#include <cstring>

#include "base/lanes.h"
#include "market/audit.h"

namespace tickscan::market {

void Store::initialise() {
  std::memset(static_cast<void*>(region_), 0, static_cast<size_t>(layout_.bytes));
  for (uint32_t slot = 0; slot < layout_.max_symbols; ++slot) {
    TickerRecord& record = ticker(slot);
    record.box.initialise();
    for (auto& fields : record.slots) {
      for (double& field : fields) field = kUnknown;
    }
    for (uint32_t interval = 0; interval < layout_.interval_count; ++interval) {
      SeriesRecord& one = series(slot, interval);
      one.box.initialise();
      for (auto& fields : one.slots) {
        for (double& field : fields) field = kUnknown;
      }
    }
  }
  Header& head = header();
  head.magic = kMagic;
  head.version = kLayoutVersion;
  head.region_bytes = static_cast<uint32_t>(layout_.bytes);
  place_canaries(*this);
}

}  // namespace tickscan::market
