// Ehlers' MESA adaptive average, as a choice of `ma_type`: the faster the phase of the dominant cycle moves, the
// smaller the factor, between the limits 0.5 and 0.05 that TA-Lib's MA gives it. It has no period.
//
// Source: J. F. Ehlers, MESA and Trading Market Cycles; TA-Lib's ta_MAMA.c, whose order of operations this keeps
// but for the smoothed price: TA-Lib slides its weighted sum and lets rounding errors gather, here it is summed
// afresh from four prices. The filters start at input 12, first output at input 32.
#pragma once

#include <cmath>

#include "indicator/lane_kernel.h"
#include "indicator/parts.h"

namespace tickscan::indicator {

template <bool kWrite>
class Mama {
 public:
  static constexpr uint32_t kLookback = 32;

  explicit Mama(Column<kWrite>& column) : kept_(column) {}

  double next(double x) {
    if (is_unknown(x)) return kUnknown;
    State s = kept_.get();
    if (s.count >= kFiltersStart) {
      average(s, 0.1 * (4 * x + 3 * s.price[0] + 2 * s.price[1] + s.price[2]), x);
    }
    s.price[2] = s.price[1];
    s.price[1] = s.price[0];
    s.price[0] = x;
    const bool ready = s.count >= kLookback;
    if (!ready) s.count += 1;
    kept_.set(s);
    return ready ? s.value : kUnknown;
  }

 private:
  static constexpr uint32_t kFiltersStart = 12;

  // One of the two interleaved halves of a Hilbert transform, which take turns.
  struct Half {
    double past[3];
    double last;
    double last_input;
  };
  struct State {
    double count;
    double price[3];  // the prices before, the latest first
    double odd;       // whether it is the second half's turn
    double place;     // of the halves' rings
    Half detrender[2];
    Half quadrature[2];
    Half turned_in_phase[2];
    Half turned_quadrature[2];
    double in_phase_2[2];  // the detrended price two and three inputs before
    double in_phase_3[2];
    double last_i;
    double last_q;
    double real;
    double imaginary;
    double period;
    double phase;
    double value;
  };

  static double transform(Half& half, uint32_t place, double input, double adjustment) {
    const double share = 0.0962 * input;
    double output = -half.past[place];
    half.past[place] = share;
    output += share;
    output -= half.last;
    half.last = 0.5769 * half.last_input;
    output += half.last;
    half.last_input = input;
    return output * adjustment;
  }

  static double degrees(double y, double x) {
    const double per_radian = 180.0 / (4.0 * std::atan(1.0));
    return std::atan(y / x) * per_radian;
  }

  static void average(State& s, double smoothed, double x) {
    const double adjustment = 0.075 * s.period + 0.54;
    const auto turn = static_cast<uint32_t>(s.odd);
    const auto place = static_cast<uint32_t>(s.place);
    const double in_phase = s.in_phase_3[turn];
    const double detrended = transform(s.detrender[turn], place, smoothed, adjustment);
    const double quadrature = transform(s.quadrature[turn], place, detrended, adjustment);
    const double turned_i = transform(s.turned_in_phase[turn], place, in_phase, adjustment);
    const double turned_q = transform(s.turned_quadrature[turn], place, quadrature, adjustment);
    if (turn == 0) s.place = place == 2 ? 0 : place + 1;
    s.odd = 1 - turn;
    s.in_phase_3[1 - turn] = s.in_phase_2[1 - turn];
    s.in_phase_2[1 - turn] = detrended;

    const double phase = in_phase != 0 ? degrees(quadrature, in_phase) : 0;
    const double moved = s.phase - phase;
    s.phase = phase;
    const double factor = moved > 1 ? std::fmax(kFastLimit / moved, kSlowLimit) : kFastLimit;
    s.value = factor * x + (1 - factor) * s.value;

    const double q = 0.2 * (quadrature + turned_i) + 0.8 * s.last_q;
    const double i = 0.2 * (in_phase - turned_q) + 0.8 * s.last_i;
    s.real = 0.2 * (i * s.last_i + q * s.last_q) + 0.8 * s.real;
    s.imaginary = 0.2 * (i * s.last_q - q * s.last_i) + 0.8 * s.imaginary;
    s.last_q = q;
    s.last_i = i;
    s.period = next_period(s);
  }

  // The dominant cycle in inputs: no jumps, between 6 and 50, smoothed.
  static double next_period(const State& s) {
    const double before = s.period;
    double period = before;
    if (s.imaginary != 0 && s.real != 0) period = 360.0 / degrees(s.imaginary, s.real);
    period = std::fmin(period, 1.5 * before);
    period = std::fmax(period, 0.67 * before);
    period = std::fmin(std::fmax(period, 6), 50);
    return 0.2 * period + 0.8 * before;
  }

  static constexpr double kFastLimit = 0.5;
  static constexpr double kSlowLimit = 0.05;

  Kept<kWrite, State> kept_;
};

}  // namespace tickscan::indicator
