// Donchian channel: the highest high and the lowest low of the last `period` klines, and their middle.
//
// Source: R. Donchian; as TradingView's, the window includes the present kline. First output at input
// period − 1.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Donchian {
 public:
  static constexpr uint32_t kInputs = 2;
  static constexpr uint32_t kOutputs = 3;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  Donchian(Column<kWrite>& column, const double* p)
      : highest_(column, whole_param(p, 0)), lowest_(column, whole_param(p, 0)) {}

  void step(const double* x, double* y) {
    y[1] = highest_.next(x[0]);
    y[2] = lowest_.next(x[1]);
    y[0] = (y[1] + y[2]) / 2;
  }

 private:
  Highest<kWrite> highest_;
  Lowest<kWrite> lowest_;
};

}  // namespace

extern const Kernel donchian_kernel;
const Kernel donchian_kernel = stepped_kernel<Donchian>();

}  // namespace tickscan::indicator
