// Random klines of three intervals for the property tests: a stream per symbol, in which the longer klines sum up the
// minutes below them, with gaps, flat stretches, minutes without volume, many ties, and prices from 5e-7 to 6e4.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "market/records.h"

namespace tickscan::scan::testing {

inline constexpr double kMinuteMs = 60'000;

struct Arrival {
  uint32_t interval;
  market::Kline kline;
  double close_time;
  bool first;  // of its series
};

// Which symbols are written: in three blocks, so that a pool has something to share.
inline constexpr uint32_t kMarketSlots[] = {0, 1, 63, 64, 100, 130};
inline constexpr uint32_t kMarketSymbols = 131;

// An empty series is not waited for: whether its first kline counts at its own close time depends on the order in
// which it comes, unless it comes before the others.
inline void first_ones_first(std::vector<Arrival>& closing) {
  std::stable_partition(closing.begin(), closing.end(), [](const Arrival& one) { return one.first; });
}

class RandomMarket {
 public:
  // Streams in order of close times; what closes together comes in a random order.
  RandomMarket(std::mt19937& random, uint32_t minutes) : random_(random) {
    for (uint32_t i = 0; i < std::size(kMarketSlots); ++i) streams.push_back(stream(i, minutes));
  }

  std::vector<std::vector<Arrival>> streams;  // by index into kMarketSlots

 private:
  uint32_t below(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_); }

  // The smallest step of each symbol's price, and where it starts. Decimal steps are no binary fractions.
  static double tick_of(uint32_t symbol) {
    constexpr double kTicks[] = {0.5, 0.01, 1e-8, 0.1, 1.0 / 64, 1e-10};
    return kTicks[symbol];
  }

  std::vector<Arrival> stream(uint32_t symbol, uint32_t minutes) {
    constexpr double kLengths[] = {1, 3, 5};
    const double tick = tick_of(symbol);
    int price = symbol == 3 ? 600'000 : 190 + static_cast<int>(below(4000));
    const int swing = 1 + price / 100;
    bool flat = false;
    std::vector<market::Kline> klines;
    std::vector<Arrival> all;
    for (uint32_t minute = 0; minute < minutes; ++minute) {
      if (below(15) == 0) flat = !flat;
      klines.push_back(next(minute * kMinuteMs, tick, swing, flat, &price));
      const bool last = minute + 1 == minutes;
      std::vector<Arrival> closing;
      for (uint32_t i = 0; i < 3; ++i) {
        const auto length = static_cast<uint32_t>(kLengths[i]);
        if ((minute + 1) % length != 0) continue;
        const bool first = minute + 1 == length;
        // The last ones are never missing, so that nothing is waited for at the end.
        if (!first && !last && below(12) == 0) continue;
        closing.push_back({i, sum_of(klines, length), (minute + 1) * kMinuteMs, first});
      }
      std::shuffle(closing.begin(), closing.end(), random_);
      first_ones_first(closing);
      all.insert(all.end(), closing.begin(), closing.end());
    }
    return all;
  }

  market::Kline next(double open_time, double tick, int swing, bool flat, int* price) {
    const auto step = [&] { return static_cast<int>(below(static_cast<uint32_t>(2 * swing + 1))) - swing; };
    const int open = *price;
    if (flat) return {{open_time, open * tick, open * tick, open * tick, open * tick, 0}};
    const int close = std::max(2 * swing, open + step());
    const int high = std::max(open, close) + static_cast<int>(below(static_cast<uint32_t>(swing) + 1));
    const int low = std::min(open, close) - static_cast<int>(below(static_cast<uint32_t>(swing) + 1));
    *price = close;
    const double volume = below(8) == 0 ? 0 : below(100'000) / 100.0;
    return {{open_time, open * tick, high * tick, low * tick, close * tick, volume}};
  }

  // The kline of the last `length` minutes.
  static market::Kline sum_of(const std::vector<market::Kline>& minutes, uint32_t length) {
    market::Kline sum = minutes[minutes.size() - length];
    for (size_t i = minutes.size() - length + 1; i < minutes.size(); ++i) {
      const double* f = minutes[i].fields;
      sum.fields[market::kline_high] = std::max(sum.fields[market::kline_high], f[market::kline_high]);
      sum.fields[market::kline_low] = std::min(sum.fields[market::kline_low], f[market::kline_low]);
      sum.fields[market::kline_close] = f[market::kline_close];
      sum.fields[market::kline_volume] += f[market::kline_volume];
    }
    return sum;
  }

  std::mt19937& random_;
};

}  // namespace tickscan::scan::testing
