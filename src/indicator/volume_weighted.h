// The volume-weighted mean of vwma and vwap.
#pragma once

#include "indicator/parts.h"

namespace tickscan::indicator {

// Σ price · volume / Σ volume of the last `period` klines or, with period 0, of all since the start. Products
// are exact and taken away as they were added, so a flat price gives exactly itself. Klines with volume are
// counted: without any, the sums start again from exactly 0 and the mean is unknown.
template <bool kWrite>
class VolumeWeighted {
 public:
  VolumeWeighted(Column<kWrite>& column, uint32_t period)
      : period_(period), prices_(column, period), volumes_(column, period), scalars_(column.scalars(5)) {}

  double next(double price, double volume) {
    DoubleDouble money{scalars_[0], scalars_[1]};
    DoubleDouble amount{scalars_[2], scalars_[3]};
    double traded = scalars_[4] + (volume != 0 ? 1 : 0);
    money = sum_of(money, exact_product(price, volume));
    amount = amount.plus(volume);
    bool ready = true;
    if (period_ != 0) {
      ready = volumes_.filled() + 1 >= period_;
      if (volumes_.full()) {
        const double removed = volumes_.oldest();
        money = difference_of(money, exact_product(prices_.oldest(), removed));
        amount = amount.plus(-removed);
        traded -= removed != 0 ? 1 : 0;
      }
      prices_.push(price);
      volumes_.push(volume);
    }
    if (traded == 0) money = amount = {};
    scalars_.set(0, money.hi);
    scalars_.set(1, money.lo);
    scalars_.set(2, amount.hi);
    scalars_.set(3, amount.lo);
    scalars_.set(4, traded);
    return ready && amount.hi != 0 ? quotient_of(money, amount) : kUnknown;
  }

 private:
  uint32_t period_;
  Ring<kWrite> prices_;
  Ring<kWrite> volumes_;
  Slice<kWrite> scalars_;  // Σ price · volume, Σ volume, klines with volume
};

}  // namespace tickscan::indicator
