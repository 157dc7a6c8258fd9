// What the tests of gates share: a trader with one filter, and klines that are flat.
#pragma once

#include <set>
#include <string>

#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {

inline constexpr double kMinute = 60'000;

inline engine::TraderSpec spec_of(const std::string& filter) {
  engine::TraderSpec spec;
  spec.id = "t";
  spec.filter = filter;
  spec.interval = "1m";
  return spec;
}

inline market::Kline flat(double open_time, double close) {
  return kline(open_time, close, close + 1, close - 1, close, 1);
}

inline std::set<uint32_t> only(uint32_t slot) { return {slot}; }

}  // namespace tickscan::scan::testing
