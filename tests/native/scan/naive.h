// What a filter means, computed the slow and obvious way: a recursive interpreter over plain vectors, with no
// blocks, no sharing and no state; whole histories are computed anew for every filter (naive_rows.h has the
// indicators). The scan must agree with it everywhere.
//
// Only the candle patterns go through their kernels here, one lane from the start of the history, because 61 more
// copies of TA-Lib's rules would be the same text twice: TA-Lib's own numbers are their judge
// (tests/node/talib.test.mjs).
//
// Doubles are no real numbers: the scan's sliding sums and the fresh ones here may differ in the last bits, and a
// comparison that rounding decides may come out either way. Shaken runs tell such cases: their numbers are moved by up
// to 1e-12 of themselves, equal prices alike, so that ties of prices stay ties. Where the scan and the plain run
// differ, one of the shaken runs must differ too, or it is an error.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "filter/ast.h"
#include "market/records.h"

namespace tickscan::scan::testing {

// One symbol's market, as a test wrote it.
struct NaiveMarket {
  struct Series {
    double length_ms = 0;
    std::vector<market::Kline> closed;
    market::Kline live{};
    bool has_live = false;

    [[nodiscard]] bool is_live() const {
      return has_live && (closed.empty() || live.open_time() > closed.back().open_time());
    }
    // How many klines have closed by then.
    [[nodiscard]] size_t closed_by(double time) const;
  };
  std::vector<Series> series;
  std::vector<double> ticker;  // market::kTickerFields values, NaN where never set
};

// 0 is the plain run, 1 to kShakes are shaken ones, in pairs that move numbers oppositely.
inline constexpr uint32_t kShakes = 12;

// Conditions are 1, 0 or NaN (unknown).
class Naive {
 public:
  Naive(const filter::Tree& tree, const NaiveMarket& market, uint32_t base, uint32_t shake = 0)
      : tree_(tree), market_(market), base_(base), shake_(shake), histories_(tree.nodes.size()) {}

  // The value now: live klines count.
  double now() { return now(tree_.root); }
  // The value as of a moment: every series at its last closed kline with a close time ≤ that moment.
  double at(double time) { return at(tree_.root, time); }

 private:
  // What a node that steps was given and made, at each closed kline of its clock.
  struct History {
    std::vector<std::vector<double>> inputs;
    std::vector<double> values;
  };

  double now(int16_t node);
  double at(int16_t node, double time);
  const History& history(int16_t node);
  double apply(const filter::Node& node, double a, double b) const;
  double ticker(const filter::Node& node) const;
  double shaken(double value, int16_t node, double moment) const;
  uint32_t reads(int16_t node) const;
  uint32_t clock(int16_t node) const;

  const filter::Tree& tree_;
  const NaiveMarket& market_;
  uint32_t base_;
  uint32_t shake_;
  std::vector<std::optional<History>> histories_;  // by node
};

enum class Agreement : uint8_t { same, rounding, different };

// Judges what the scan says. A condition is 1, or anything else where it does not match.
class Judge {
 public:
  Judge(const filter::Tree& tree, const NaiveMarket& market, uint32_t base);

  Agreement now(double scanned);
  Agreement at(double time, double scanned);

 private:
  template <typename F>
  Agreement judge(double scanned, F&& value_of);
  Naive& run(uint32_t shake);

  const filter::Tree& tree_;
  const NaiveMarket& market_;
  uint32_t base_;
  bool condition_;
  std::vector<std::unique_ptr<Naive>> runs_;  // made when they are needed
};

}  // namespace tickscan::scan::testing
