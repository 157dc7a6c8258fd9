// What a filter means, computed the slow and obvious way: a recursive interpreter over plain vectors, with no
// blocks, no sharing and no state; whole histories are computed anew for every filter (naive_rows.h has the
// indicators). The scan must agree with it everywhere.
//
// Only the candle patterns go through their kernels here, one lane from the start of the history, because 61 more
// copies of TA-Lib's rules would be the same text twice: TA-Lib's own numbers are their judge
// (tests/node/talib.test.mjs).
//
// Doubles are no real numbers: the scan's sliding sums and the fresh ones here may differ in the last bits, and a
// comparison that rounding decides may come out either way. `Shake` tells such cases: a run whose numbers are moved
// by 1e-12 of themselves, up or down, each value always by the same amount, so that ties of prices stay ties. Where
// the plain run and both shaken ones agree, the truth does not depend on rounding.
#pragma once

#include <cmath>
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

enum class Shake : int8_t { down = -1, none = 0, up = 1 };

// Conditions are 1, 0 or NaN (unknown).
class Naive {
 public:
  Naive(const filter::Tree& tree, const NaiveMarket& market, uint32_t base, Shake shake = Shake::none)
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
  double shaken(double value, int16_t node) const;
  uint32_t reads(int16_t node) const;
  uint32_t clock(int16_t node) const;

  const filter::Tree& tree_;
  const NaiveMarket& market_;
  uint32_t base_;
  Shake shake_;
  std::vector<std::optional<History>> histories_;  // by node
};

// What all three runs say.
struct Verdict {
  double value;   // of the plain run
  bool firm;      // known in all three or in none; a condition is the same in all three
  double spread;  // how far a number moves
};

class Witnesses {
 public:
  Witnesses(const filter::Tree& tree, const NaiveMarket& market, uint32_t base)
      : plain_(tree, market, base), up_(tree, market, base, Shake::up), down_(tree, market, base, Shake::down) {
    condition_ = tree.nodes[static_cast<size_t>(tree.root)].type == filter::Type::condition;
  }

  Verdict now() { return verdict(plain_.now(), up_.now(), down_.now()); }
  Verdict at(double time) { return verdict(plain_.at(time), up_.at(time), down_.at(time)); }

 private:
  [[nodiscard]] Verdict verdict(double plain, double up, double down) const {
    const bool known = std::isfinite(plain);
    const bool alike = std::isfinite(up) == known && std::isfinite(down) == known;
    const bool same = !known || (plain == up && plain == down);
    const double spread = known ? std::fmax(std::fabs(up - plain), std::fabs(down - plain)) : 0;
    return {plain, alike && (same || !condition_), spread};
  }

  Naive plain_;
  Naive up_;
  Naive down_;
  bool condition_;
};

}  // namespace tickscan::scan::testing
