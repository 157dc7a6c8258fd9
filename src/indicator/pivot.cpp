// Pivots: the last swing high, or low, that is confirmed.
//
// A kline is a pivot high if its high is above those of the `left` klines before it and not below those of the
// `right` klines after it; of equal highs the first is the pivot. So it is known `right` klines late, at the
// kline that confirms it, and never revised. From then on `value` is its price and `bars` how many klines it is
// back, `right` at the confirmation, until the next pivot is confirmed: `pivot_high(5, 3).bars == 3` is true at
// confirmations only. A pivot low is the mirror image. TA-Lib has none.
//
// The first pivot can be confirmed at kline left + right; until there was one, the outputs are unknown.
//
// A kline is a candidate from its arrival on if the last one that is not below it is more than `left` klines
// before it, and until a higher one comes. A queue of the klines that no later one exceeds tells both: each kline
// enters and leaves it once, so `update` is O(1) on average, and `peek` looks at one candidate only.
#include "indicator/parts.h"

namespace tickscan::indicator {

namespace {

// kSign is 1 for highs and −1 for lows: prices are kept times kSign, the greater the better.
template <bool kWrite, int kSign>
class Pivot {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 2;
  static uint32_t lookback(const double* p) { return whole_param(p, 0) + whole_param(p, 1); }

  Pivot(Column<kWrite>& column, const double* p)
      : left_(whole_param(p, 0)),
        right_(whole_param(p, 1)),
        length_(left_ + right_),
        found_(column.scalars(3)),
        ends_(column.scalars(4)),
        prices_(column.window(length_)),
        candidates_(column.window(length_)),
        queue_(column.window(length_)) {}

  void step(const double* inputs, double* outputs) {
    const double price = kSign * inputs[0];
    const uint32_t filled = ends_.whole(0);
    const uint32_t position = ends_.whole(1);
    const uint32_t confirmed = wrapped(position + length_ - right_);
    const bool pivot = filled == length_ && candidates_[confirmed] != 0 && prices_[confirmed] >= price;
    const bool known = pivot || found_[2] != 0;
    if (known) {
      outputs[0] = pivot ? kSign * prices_[confirmed] : found_[0];
      outputs[1] = pivot ? right_ : found_[1] + 1;
      found_.set(0, outputs[0]);
      found_.set(1, outputs[1]);
      found_.set(2, 1);
    }
    if constexpr (kWrite) push(price, filled, position);
  }

 private:
  uint32_t wrapped(uint32_t place) const { return place >= length_ ? place - length_ : place; }

  void push(double price, uint32_t filled, uint32_t position) {
    uint32_t head = ends_.whole(2);
    uint32_t size = ends_.whole(3);
    // The oldest kline goes; if it is in the queue, it is the first there.
    if (filled == length_ && size > 0 && queue_.whole(head) == position) {
      head = wrapped(head + 1);
      --size;
    }
    uint32_t distance = length_ + 1;
    for (; size > 0; --size) {
      const uint32_t last = queue_.whole(wrapped(head + size - 1));
      if (prices_[last] >= price) {
        distance = position > last ? position - last : position + length_ - last;
        break;
      }
      candidates_.set(last, 0);
    }
    prices_.set(position, price);
    candidates_.set(position, distance > left_ ? 1 : 0);
    queue_.set(wrapped(head + size), position);
    ends_.set(0, filled < length_ ? filled + 1 : length_);
    ends_.set(1, wrapped(position + 1));
    ends_.set(2, head);
    ends_.set(3, size + 1);
  }

  uint32_t left_;
  uint32_t right_;
  uint32_t length_;
  Slice<kWrite> found_;  // the last pivot's price, klines since it, whether there was one
  Slice<kWrite> ends_;   // klines so far, at most length; place of the next; the queue's head and size
  Slice<kWrite> prices_;
  Slice<kWrite> candidates_;  // 1 for those that may still be pivots
  Slice<kWrite> queue_;       // places, the earliest and highest first
};

template <bool kWrite>
using PivotHigh = Pivot<kWrite, 1>;
template <bool kWrite>
using PivotLow = Pivot<kWrite, -1>;

}  // namespace

extern const Kernel pivot_high_kernel;
extern const Kernel pivot_low_kernel;
const Kernel pivot_high_kernel = stepped_kernel<PivotHigh>();
const Kernel pivot_low_kernel = stepped_kernel<PivotLow>();

}  // namespace tickscan::indicator
