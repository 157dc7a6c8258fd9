// What a filter means, computed the slow and obvious way: a recursive interpreter over plain vectors, with no
// state, no blocks and no sharing. The scan must agree with it everywhere.
#pragma once

#include <map>
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
  };
  std::vector<Series> series;
  std::vector<double> ticker;  // market::kTickerFields values, NaN where never set
};

// Conditions are 1, 0 or NaN (unknown).
class Naive {
 public:
  Naive(const filter::Tree& tree, const NaiveMarket& market, uint32_t base)
      : tree_(tree), market_(market), base_(base) {}

  // The value now: live klines count.
  double now() { return now(tree_.root); }
  // The value as of a moment: every series at its last closed kline with a close time ≤ that moment.
  double at(double time) { return at(tree_.root, time); }

 private:
  double now(int16_t node);
  double at(int16_t node, double time);
  double apply(const filter::Node& node, double a, double b) const;
  double ticker(const filter::Node& node) const;
  // The last output of an indicator, function or shift over a whole run of its inputs.
  double run(const filter::Node& node, const std::vector<std::vector<double>>& inputs) const;
  uint32_t reads(int16_t node) const;
  uint32_t clock(int16_t node) const;

  const filter::Tree& tree_;
  const NaiveMarket& market_;
  uint32_t base_;
  std::map<std::pair<int16_t, double>, double> memo_;
};

}  // namespace tickscan::scan::testing
