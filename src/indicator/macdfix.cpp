// MACD 12/26 with the rounded factors of its inventor: 0.15 and 0.075 in place of 2/13 and 2/27.
//
// Otherwise as macd.cpp (ta_MACDFIX.c). First output at input 25 + signal − 1.
#include "indicator/macd.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class MacdFix {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 3;

  static uint32_t lookback(const double* params) { return 25 + whole_param(params, 0) - 1; }

  MacdFix(Column<kWrite>& column, const double* params)
      : lines_(column, {12, 0.15}, {26, 0.075}, whole_param(params, 0)) {}

  void step(const double* inputs, double* outputs) { lines_.step(inputs, outputs); }

 private:
  MacdLines<kWrite> lines_;
};

struct Spec {
  struct Factors {
    double fast;
    double slow;
  };
  static Factors factors(const double*) { return {0.15, 0.075}; }
  static double signal(const double* p) { return p[0]; }
};

}  // namespace

extern const Kernel macdfix_kernel;
const Kernel macdfix_kernel = steady_kernel<MacdFix, FastMacd<Spec>>();

}  // namespace tickscan::indicator
