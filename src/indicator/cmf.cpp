// Chaikin money flow: the sum of money_flow_volume over the sum of volume, of the last `period` klines.
//
// Source: M. Chaikin; TA-Lib has no such function. Sums are double-doubles, so nothing drifts. A window
// without any volume has no flow: the output is unknown there. First output at input period − 1.
#include "indicator/money_flow.h"
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class ChaikinMoneyFlow {
 public:
  static constexpr uint32_t kInputs = 4;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) - 1; }

  ChaikinMoneyFlow(Column<kWrite>& column, const double* p)
      : period_(whole_param(p, 0)),
        flows_(column, period_),
        volumes_(column, period_),
        flow_(column),
        volume_(column) {}

  void step(const double* x, double* y) {
    const double new_flow = money_flow_volume(x[0], x[1], x[2], x[3]);
    const bool ready = volumes_.filled() + 1 >= period_;
    const bool full = volumes_.full();
    const double flow = flow_.next(new_flow, full ? flows_.oldest() : 0).hi;
    const double volume = volume_.next(x[3], full ? volumes_.oldest() : 0).hi;
    flows_.push(new_flow);
    volumes_.push(x[3]);
    // 0 / 0 is unknown.
    if (ready) y[0] = flow / volume;
  }

 private:
  uint32_t period_;
  Ring<kWrite> flows_;
  Ring<kWrite> volumes_;
  ExactSum<kWrite> flow_;
  ExactSum<kWrite> volume_;
};

}  // namespace

extern const Kernel cmf_kernel;
const Kernel cmf_kernel = stepped_kernel<ChaikinMoneyFlow>();

}  // namespace tickscan::indicator
