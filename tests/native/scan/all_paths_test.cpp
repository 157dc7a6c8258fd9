// One vector, all paths: 10,000 random filters over random klines. Decided closes are the same to the bit whether
// klines come 1, 2, 3, 7, 64 or 500 at a time, on one thread or three, with live klines before each close or without;
// they are what the naive interpreter says; a live decision on a kline's last values is the one after its close.
//
// 50 filters share a market. TICKSCAN_FILTERS is how many there are, TICKSCAN_SEED repeats one market.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "scan/random_filter.h"
#include "scan/random_market.h"
#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

constexpr uint32_t kFiltersPerMarket = 50;
constexpr uint32_t kMinutes = 105;               // a multiple of every interval
constexpr uint64_t kUnknownBits = ~uint64_t{0};  // whatever is not finite is the same unknown
constexpr size_t kSlots = std::size(kMarketSlots);

struct Wanted {
  std::string text;
  std::string column;
  uint32_t base;
};

// What a trader decided of a symbol: when it entered or left, and the column's bits when it entered.
struct Decision {
  double time;
  bool entered;
  uint64_t bits;

  bool operator==(const Decision& other) const = default;
};
// By trader, then by slot.
using Decisions = std::map<uint32_t, std::map<uint32_t, std::vector<Decision>>>;

struct Counts {
  size_t filters = 0;
  size_t decisions = 0;
  size_t truths = 0;
  size_t numbers = 0;
  size_t rounding = 0;
};

// A world with all traders, whose decisions are noted.
class Run {
 public:
  Run(const std::vector<Wanted>& wanted, uint32_t threads, bool live)
      : world(kMarketSymbols, kMinutes, threads, 20 << 20) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      const std::string interval(world.interval_names[wanted[i].base]);
      const std::string id = std::to_string(i);
      closing.push_back(world.add(id, wanted[i].text, interval, true, {wanted[i].column}));
      if (live) ticking.push_back(world.add(id + " live", wanted[i].text, interval, false));
    }
    // A trader's first decision is about what is there already: nothing.
    cycle();
  }

  void cycle() {
    for (const Item& item : world.cycle(0)) {
      const auto at = std::find(closing.begin(), closing.end(), item.trader);
      if (at == closing.end()) continue;
      auto& by_slot = decisions[static_cast<uint32_t>(at - closing.begin())];
      for (size_t i = 0; i < item.entered.size(); ++i) {
        const double value = item.values[i];
        by_slot[item.entered[i]].push_back(
            {item.time, true, std::isfinite(value) ? bit_cast<uint64_t>(value) : kUnknownBits});
      }
      for (const uint32_t slot : item.left) by_slot[slot].push_back({item.time, false, 0});
    }
  }

  World world;
  Decisions decisions;
  std::vector<uint32_t> closing;
  std::vector<uint32_t> ticking;
};

// The next `chunk` klines of every symbol, then a cycle, until nothing is left.
Decisions in_chunks(const RandomMarket& market, const std::vector<Wanted>& wanted, size_t chunk,
                    uint32_t threads) {
  Run run(wanted, threads, false);
  size_t longest = 0;
  for (const auto& stream : market.streams) longest = std::max(longest, stream.size());
  for (size_t from = 0; from < longest; from += chunk) {
    for (size_t i = 0; i < kSlots; ++i) {
      const auto& stream = market.streams[i];
      for (size_t at = from; at < std::min(from + chunk, stream.size()); ++at)
        run.world.close_kline(kMarketSlots[i], stream[at].interval, stream[at].kline);
    }
    run.cycle();
  }
  return run.decisions;
}

// Something that the kline may have been before its last values.
market::Kline earlier(const market::Kline& last, std::mt19937& random) {
  market::Kline kline = last;
  const double* f = last.fields;
  const double share = std::uniform_int_distribution<int>(0, 4)(random) / 4.0;
  const double close = f[market::kline_low] + share * (f[market::kline_high] - f[market::kline_low]);
  kline.fields[market::kline_close] = std::min(close, f[market::kline_high]);
  kline.fields[market::kline_volume] = share * f[market::kline_volume];
  return kline;
}

class Market {
 public:
  Market(uint32_t seed, Counts* counts) : random_(seed), market_(random_, kMinutes), counts_(counts) {
    RandomFilter filters(random_, false);
    for (uint32_t i = 0; i < kFiltersPerMarket; ++i) {
      wanted_.push_back({filters.condition(3), filters.number(2), static_cast<uint32_t>(random_() % 3)});
    }
  }

  void check() {
    const Decisions plain = in_chunks(market_, wanted_, 1, 1);
    for (const size_t chunk : {2, 3, 7, 64, 500}) {
      SCOPED_TRACE("klines at a time: " + std::to_string(chunk));
      ASSERT_NO_FATAL_FAILURE(expect_same(plain, in_chunks(market_, wanted_, chunk, 1)));
    }
    {
      SCOPED_TRACE("three threads");
      ASSERT_NO_FATAL_FAILURE(expect_same(plain, in_chunks(market_, wanted_, 7, 3)));
    }
    {
      SCOPED_TRACE("with live klines");
      ASSERT_NO_FATAL_FAILURE(replay_live(plain));
    }
    ASSERT_NO_FATAL_FAILURE(check_naively(plain));
    counts_->filters += wanted_.size();
  }

 private:
  void expect_same(const Decisions& plain, const Decisions& other) {
    for (uint32_t i = 0; i < wanted_.size(); ++i) {
      for (const uint32_t slot : kMarketSlots) {
        const std::vector<Decision> one = decisions_of(plain, i, slot);
        const std::vector<Decision> two = decisions_of(other, i, slot);
        ASSERT_TRUE(one == two) << named(i) << ", slot " << slot << "\n" << told(one) << "\n" << told(two);
        counts_->decisions += one.size();
      }
    }
  }

  static std::vector<Decision> decisions_of(const Decisions& all, uint32_t trader, uint32_t slot) {
    const auto by_slot = all.find(trader);
    if (by_slot == all.end()) return {};
    const auto found = by_slot->second.find(slot);
    return found == by_slot->second.end() ? std::vector<Decision>{} : found->second;
  }

  static std::string told(const std::vector<Decision>& decisions) {
    std::string text;
    for (const Decision& one : decisions) {
      text += (one.entered ? " +" : " -") + std::to_string(static_cast<int>(one.time / kMinuteMs)) + ":" +
              std::to_string(bit_cast<double>(one.bits));
    }
    return text;
  }

  std::string named(uint32_t i) const {
    return "filter: " + wanted_[i].text + "\ncolumn: " + wanted_[i].column +
           "\nbase: " + std::to_string(wanted_[i].base);
  }

  // Every kline is live first, once with other values and once with its last ones. Closes of one moment come
  // interval by interval, the longest first or last.
  void replay_live(const Decisions& plain) {
    Run run(wanted_, 1, true);
    std::vector<size_t> next(kSlots, 0);
    for (uint32_t minute = 0; minute < kMinutes; ++minute) {
      const double end = (minute + 1) * kMinuteMs;
      std::vector<std::pair<uint32_t, Arrival>> due;  // with their slots
      for (size_t i = 0; i < kSlots; ++i) {
        const auto& stream = market_.streams[i];
        for (; next[i] < stream.size() && stream[next[i]].close_time == end; ++next[i])
          due.emplace_back(kMarketSlots[i], stream[next[i]]);
      }
      for (const auto& [slot, one] : due)
        run.world.live_kline(slot, one.interval, earlier(one.kline, random_));
      run.cycle();
      if (minute % 9 == 8) check_now(run);
      for (const auto& [slot, one] : due) run.world.live_kline(slot, one.interval, one.kline);
      run.cycle();
      const auto before = run.world.folded;
      const bool longest_first = minute % 2 == 0;
      std::stable_sort(due.begin(), due.end(), [&](const auto& a, const auto& b) {
        if (a.second.first != b.second.first) return a.second.first;
        return longest_first ? a.second.interval > b.second.interval : a.second.interval < b.second.interval;
      });
      for (size_t i = 0; i < due.size(); ++i) {
        run.world.close_kline(due[i].first, due[i].second.interval, due[i].second.kline);
        // At times a cycle between the closes of two intervals.
        if (minute % 3 == 0 && i + 1 < due.size() && due[i].second.interval != due[i + 1].second.interval)
          run.cycle();
      }
      run.cycle();
      for (uint32_t i = 0; i < wanted_.size(); ++i) {
        ASSERT_TRUE(matches(before, run.ticking[i]) == matches(run.world.folded, run.ticking[i]))
            << "the close of a live kline's last values changed a live decision\n"
            << named(i);
      }
      if (::testing::Test::HasFatalFailure()) return;
    }
    expect_same(plain, run.decisions);
  }

  static std::set<uint32_t> matches(const std::map<uint32_t, std::set<uint32_t>>& folded, uint32_t trader) {
    const auto found = folded.find(trader);
    return found == folded.end() ? std::set<uint32_t>{} : found->second;
  }

  void check_now(Run& run) {
    for (uint32_t i = 0; i < wanted_.size(); ++i) {
      const filter::Tree tree = run.world.tree(wanted_[i].text, wanted_[i].base, filter::Want::condition);
      const uint32_t slot = kMarketSlots[random_() % kSlots];
      const bool matching = matches(run.world.folded, run.ticking[i]).count(slot) == 1;
      ASSERT_TRUE(right(Judge(tree, run.world.symbols[slot], wanted_[i].base).now(matching)))
          << "live, slot " << slot << "\n"
          << named(i);
      ++counts_->truths;
    }
  }

  // Where rounding decides, either answer is right (naive.h); that must be rare.
  bool right(Agreement agreement) {
    if (agreement == Agreement::rounding) ++counts_->rounding;
    return agreement != Agreement::different;
  }

  // Of two symbols for each filter: the truth at every base close, and the column where it was entered.
  void check_naively(const Decisions& plain) {
    World world(1);  // for its compiler
    std::vector<NaiveMarket> markets;
    for (const auto& stream : market_.streams) {
      NaiveMarket one = world.symbols[0];
      for (const Arrival& arrival : stream) one.series[arrival.interval].closed.push_back(arrival.kline);
      markets.push_back(one);
    }
    for (uint32_t i = 0; i < wanted_.size(); ++i) {
      const uint32_t base = wanted_[i].base;
      const filter::Tree tree = world.tree(wanted_[i].text, base, filter::Want::condition);
      const filter::Tree column = world.tree(wanted_[i].column, base, filter::Want::any);
      for (const size_t index : {i % kSlots, (i + 1) % kSlots}) {
        SCOPED_TRACE(named(i) + "\nslot " + std::to_string(kMarketSlots[index]));
        Judge truth(tree, markets[index], base);
        Judge number(column, markets[index], base);
        const auto& series = markets[index].series[base];
        bool matching = false;
        const std::vector<Decision> decided = decisions_of(plain, i, kMarketSlots[index]);
        auto decision = decided.begin();
        for (const market::Kline& kline : series.closed) {
          const double time = kline.open_time() + series.length_ms;
          if (decision != decided.end() && decision->time == time) {
            matching = decision->entered;
            if (matching) {
              const double value =
                  decision->bits == kUnknownBits ? kUnknown : bit_cast<double>(decision->bits);
              ASSERT_TRUE(right(number.at(time, value))) << value << " at minute " << time / kMinuteMs;
              ++counts_->numbers;
            }
            ++decision;
          }
          ASSERT_TRUE(right(truth.at(time, matching))) << "at minute " << time / kMinuteMs;
          ++counts_->truths;
        }
        ASSERT_TRUE(decision == decided.end()) << "decided at a time that is no close";
      }
    }
  }

  std::mt19937 random_;
  RandomMarket market_;
  std::vector<Wanted> wanted_;
  Counts* counts_;
};

// In parts, so that a test runner can share them out.
constexpr uint32_t kParts = 4;
class AllPaths : public ::testing::TestWithParam<uint32_t> {};

TEST_P(AllPaths, OneVector) {
  const char* seed = std::getenv("TICKSCAN_SEED");
  const char* filters = std::getenv("TICKSCAN_FILTERS");
  const auto wanted = static_cast<uint32_t>(filters != nullptr ? std::atoi(filters) : 10'000);
  const uint32_t markets = std::max(1U, wanted / kFiltersPerMarket / kParts);
  const uint32_t first = seed != nullptr ? static_cast<uint32_t>(std::atoi(seed)) : 1 + GetParam() * markets;
  const uint32_t last = seed != nullptr ? first : first + markets - 1;
  Counts counts;
  for (uint32_t one = first; one <= last; ++one) {
    SCOPED_TRACE("TICKSCAN_SEED=" + std::to_string(one));
    Market(one, &counts).check();
    if (HasFatalFailure()) return;
  }
  std::printf(
      "seeds %u to %u: %zu filters, %zu decisions the same on 7 other paths; naively %zu truths, %zu "
      "numbers, "
      "%zu of them differ by rounding\n",
      first, last, counts.filters, counts.decisions / 7, counts.truths, counts.numbers, counts.rounding);
  EXPECT_GT(counts.truths + counts.numbers, 1000 * counts.rounding);
  EXPECT_GT(counts.numbers, 0U);
}

INSTANTIATE_TEST_SUITE_P(Parts, AllPaths, ::testing::Range(0U, kParts));

}  // namespace
}  // namespace tickscan::scan::testing
