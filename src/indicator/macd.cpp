// Moving average convergence/divergence: ema(fast) − ema(slow), its EMA as signal, and their difference.
//
// Both EMAs are seeded so that they give their first value on the same kline, the slow one's (ta_MACD.c);
// periods in the wrong order are swapped. All three outputs start together, at input slow − 1 + signal − 1.
#include <algorithm>

#include "indicator/macd.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Macd {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 3;

  static uint32_t lookback(const double* params) {
    return std::max(whole_param(params, 0), whole_param(params, 1)) + whole_param(params, 2) - 2;
  }

  Macd(Column<kWrite>& column, const double* params)
      : lines_(column, average(std::min(params[0], params[1])), average(std::max(params[0], params[1])),
               whole_param(params, 2)) {}

  void step(const double* inputs, double* outputs) { lines_.step(inputs, outputs); }

 private:
  static typename MacdLines<kWrite>::Average average(double period) {
    return {static_cast<uint32_t>(period), 2.0 / (period + 1.0)};
  }

  MacdLines<kWrite> lines_;
};

struct Spec {
  struct Factors {
    double fast;
    double slow;
  };
  static Factors factors(const double* p) {
    return {2.0 / (std::min(p[0], p[1]) + 1.0), 2.0 / (std::max(p[0], p[1]) + 1.0)};
  }
  static double signal(const double* p) { return p[2]; }
};

}  // namespace

extern const Kernel macd_kernel;
const Kernel macd_kernel = steady_kernel<Macd, FastMacd<Spec>>();

}  // namespace tickscan::indicator
