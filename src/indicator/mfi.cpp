// Money flow index: 100 · inflow / (inflow + outflow) of the last `period` klines.
//
// A kline's flow is typical price · volume, an inflow if the typical price (high + low + close) / 3 rose and
// an outflow if it fell (ta_MFI.c). Sums are exact, and only a window without any flow gives 0: TA-Lib 0.6
// gives 0 below a flow of 1.0, which is wrong for low-priced pairs. First output at input `period`.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

template <bool kWrite>
class Mfi {
 public:
  static constexpr uint32_t kInputs = 4;
  static constexpr uint32_t kOutputs = 1;

  static uint32_t lookback(const double* params) { return whole_param(params, 0); }

  Mfi(Column<kWrite>& column, const double* params)
      : period_(whole_param(params, 0)),
        scalars_(column.scalars(2)),
        flows_(column, period_),
        in_(column),
        out_(column) {}

  void step(const double* inputs, double* outputs) {
    const double price = (inputs[0] + inputs[1] + inputs[2]) / 3.0;
    const double before = scalars_[0];
    const bool first = scalars_[1] == 0;
    scalars_.set(0, price);
    scalars_.set(1, 1);
    if (first) return;
    const double amount = price * inputs[3];
    // An outflow is kept as a negative number.
    const double flow = price > before ? amount : price < before ? -amount : 0;
    const double removed = flows_.full() ? flows_.oldest() : 0;
    const bool ready = flows_.filled() + 1 >= period_;
    const double in = in_.next(flow > 0 ? flow : 0, removed > 0 ? removed : 0).hi;
    const double out = out_.next(flow < 0 ? -flow : 0, removed < 0 ? -removed : 0).hi;
    flows_.push(flow);
    if (ready) outputs[0] = in + out == 0 ? 0.0 : 100.0 * (in / (in + out));
  }

 private:
  uint32_t period_;
  Slice<kWrite> scalars_;  // typical price of the kline before, whether there is one
  Ring<kWrite> flows_;
  ExactSum<kWrite> in_;
  ExactSum<kWrite> out_;
};

}  // namespace

extern const Kernel mfi_kernel;
const Kernel mfi_kernel = stepped_kernel<Mfi>();

}  // namespace tickscan::indicator
