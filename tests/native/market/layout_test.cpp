// The layout: limits, no two parts over each other, every published offset inside its record, and what
// tracking costs.
#include "market/layout.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/dirty_tracker.h"
#include "market/interval.h"

namespace tickscan::market {
namespace {

const std::vector<std::string> kFour = {"1m", "5m", "15m", "1h"};
const std::vector<std::string> kEight = {"1s", "1m", "3m", "5m", "15m", "30m", "1h", "1w"};

std::map<std::string, double> published(const Layout& layout, uint64_t base) {
  std::map<std::string, double> numbers;
  layout.for_each(base, [&](const char* name, double value) {
    EXPECT_TRUE(numbers.emplace(name, value).second) << name << " twice";
  });
  return numbers;
}

struct Size {
  uint32_t symbols;
  uint32_t klines;
  std::vector<std::string> intervals;
};

class LayoutSizes : public testing::TestWithParam<Size> {};

TEST_P(LayoutSizes, PartsFollowEachOtherWithoutOverlap) {
  const Layout layout(make_config(GetParam().symbols, GetParam().klines, GetParam().intervals).value());
  const uint64_t series = uint64_t{layout.max_symbols} * layout.interval_count;
  const struct {
    uint64_t start;
    uint64_t size;
  } parts[] = {{layout.header, sizeof(Header)},
               {layout.control, sizeof(DirtyControl)},
               {layout.suspects, sizeof(int32_t) * kMaxThreads},
               {layout.trader_refs, sizeof(int32_t) * kMaxTraders},
               {layout.writers, sizeof(WriterRecord) * kMaxWriters},
               {layout.symbols, sizeof(SymbolRecord) * layout.max_symbols},
               {layout.dirty, uint64_t{2} * layout.row_count * layout.row_words * 4},
               {layout.times, uint64_t{4} * layout.max_symbols},
               {layout.debug, sizeof(DebugRing)},
               {layout.loaded, sizeof(int32_t) * series},
               {layout.lags, sizeof(LagRecord) * layout.max_symbols},
               {layout.first_canary, 64},
               {layout.tickers, sizeof(TickerRecord) * layout.max_symbols},
               {layout.series, sizeof(SeriesRecord) * series},
               {layout.rings, layout.ring_stride * series},
               {layout.last_canary, 64},
               {layout.bytes, 0}};
  uint64_t end = 0;
  for (const auto& part : parts) {
    EXPECT_GE(part.start, end);
    EXPECT_LT(part.start, end + 64) << "no more than a cache line is left empty";
    EXPECT_EQ(part.start % 64, 0U);
    end = part.start + part.size;
  }
  EXPECT_EQ(layout.row_words % 2, 0U);
  EXPECT_GE(layout.row_words * 32, layout.max_symbols);
  EXPECT_EQ(layout.ring_capacity, layout.max_klines + 1);
  EXPECT_EQ(layout.ring_stride, uint64_t{layout.ring_capacity} * 48);
}

TEST_P(LayoutSizes, PublishedNumbersAreTheLayoutFromItsBase) {
  const Layout layout(make_config(GetParam().symbols, GetParam().klines, GetParam().intervals).value());
  constexpr uint64_t kBase = 4096;
  const auto at_zero = published(layout, 0);
  const auto at_base = published(layout, kBase);
  const auto offset = [&](const char* name) { return at_base.at(name) - at_zero.at(name); };
  for (const char* name : {"descriptor", "symbolTableVersion", "symbolCount", "symbols", "tickers", "series",
                           "rings", "dirty", "epoch", "idle", "retired", "heartbeat", "writers", "times"}) {
    EXPECT_EQ(offset(name), kBase) << name << " is an address";
  }
  for (const char* name : {"magic", "version", "regionBytes", "maxSymbols", "symbolStride", "tickerStride",
                           "boxSlots", "seriesStride", "seriesBoxSlots", "ringStride", "rowWords"}) {
    EXPECT_EQ(offset(name), 0) << name << " is no address";
  }
  EXPECT_EQ(at_zero.at("regionBytes"), static_cast<double>(layout.bytes));
  EXPECT_LE(at_zero.at("boxSlots") + 3 * at_zero.at("tickerSlotBytes"), at_zero.at("tickerStride"));
  EXPECT_LE(at_zero.at("seriesBoxSlots") + 3 * at_zero.at("klineSlotBytes"), at_zero.at("seriesStride"));
  for (const char* name : {"boxSlots", "tickerStride", "tickerSlotBytes", "tickers", "series", "seriesStride",
                           "seriesBoxSlots", "rings", "ringStride", "ringColumnBytes"}) {
    EXPECT_EQ(std::fmod(at_zero.at(name), 8), 0) << name << " is a multiple of a double";
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, LayoutSizes,
                         testing::Values(Size{1, 1, {"1m"}}, Size{1, 5000, {"1w"}}, Size{200, 500, kFour},
                                         Size{63, 7, {"1s", "1d"}}, Size{65, 1, kEight},
                                         Size{8192, 5000, kEight}));

TEST(Layout, TrackingOf200SymbolsAnd4IntervalsIsUnder5KB) {
  const Layout layout(make_config(200, 500, kFour).value());
  EXPECT_LT(layout.tracking_bytes(), 5000U);
  const auto bits = static_cast<unsigned>(2 * layout.row_count * layout.row_words * 4);
  std::printf("tracking: %u bytes (bitsets %u, control %u, times %u); region %.1f MB\n",
              static_cast<unsigned>(layout.tracking_bytes()), bits,
              static_cast<unsigned>(sizeof(DirtyControl)), 4U * layout.max_symbols,
              static_cast<double>(layout.bytes) / 1e6);
}

TEST(Layout, SizesOfTheLimits) {
  for (const Size& size : {Size{1, 1, {"1m"}}, Size{200, 500, kFour}, Size{500, 500, kFour},
                           Size{8192, 500, kFour}, Size{8192, 5000, kEight}}) {
    const Layout layout(make_config(size.symbols, size.klines, size.intervals).value());
    std::printf("%5u symbols × %u intervals × %4u klines: %10.3f MB, of it tracking %7.1f KB\n", size.symbols,
                layout.interval_count, size.klines, static_cast<double>(layout.bytes) / 1e6,
                static_cast<double>(layout.tracking_bytes()) / 1e3);
  }
  EXPECT_GT(Layout(make_config(8192, 5000, kEight).value()).bytes, uint64_t{1} << 32)
      << "sizes must not be computed in 32 bits";
}

std::string refusal(double symbols, double klines, const std::vector<std::string>& names) {
  const Result<Config> config = make_config(symbols, klines, names);
  if (config.ok()) return "ok";
  return std::string(error_name(config.error().code)) + " " + config.error().message;
}

TEST(Config, TakesEachLimitAndNothingBeyond) {
  EXPECT_EQ(refusal(8192, 5000, kEight), "ok");
  EXPECT_EQ(refusal(1, 1, {"1m"}), "ok");
  EXPECT_EQ(refusal(8193, 1, {"1m"}), "E_CONFIG maxSymbols is 8193");
  EXPECT_EQ(refusal(0, 1, {"1m"}), "E_CONFIG maxSymbols is 0");
  EXPECT_EQ(refusal(-1, 1, {"1m"}), "E_CONFIG maxSymbols is -1");
  EXPECT_EQ(refusal(1, 5001, {"1m"}), "E_CONFIG maxKlines is 5001");
  EXPECT_EQ(refusal(1, 1, {}), "E_CONFIG intervals has 0 entries");
  EXPECT_EQ(refusal(1, 1, std::vector<std::string>(9, "1m")), "E_CONFIG intervals has 9 entries");
  EXPECT_EQ(refusal(1, 1, {"1m", "1m"}), "E_CONFIG the interval '1m' stands twice in intervals");
  EXPECT_EQ(refusal(1, 1, {"2m"}), "E_INTERVAL the interval '2m' is unknown");
}

TEST(Config, AnOptionThatIsNoWholeNumberIsShownAsItIs) {
  EXPECT_EQ(refusal(2.5, 1, {"1m"}), "E_CONFIG maxSymbols is 2.5");
  EXPECT_EQ(refusal(1e300, 1, {"1m"}), "E_CONFIG maxSymbols is 1e+300");
  EXPECT_EQ(refusal(1, std::nan(""), {"1m"}), "E_CONFIG maxKlines is nan");
  EXPECT_EQ(refusal(1, -std::numeric_limits<double>::infinity(), {"1m"}), "E_CONFIG maxKlines is -inf");
}

TEST(Intervals, RiseInLengthAndAreFoundByName) {
  int64_t before = 0;
  for (size_t i = 0; i < intervals().size(); ++i) {
    EXPECT_GT(intervals()[i].length_ms, before);
    before = intervals()[i].length_ms;
    EXPECT_EQ(find_interval(intervals()[i].name), static_cast<int>(i));
  }
  EXPECT_EQ(intervals().size(), 15U);
  EXPECT_EQ(find_interval("1M"), -1);
  EXPECT_EQ(find_interval(""), -1);
}

}  // namespace
}  // namespace tickscan::market
