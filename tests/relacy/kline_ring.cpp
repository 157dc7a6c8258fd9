// The ring under the C++ memory model: a writer that appends and rewrites as Writer does, a reader that copies
// the oldest and the newest kline and asks whether they count.
#include "product_atomics.h"
// The product, with those atomics:
#include "explore.h"
#include "market/kline_ring.cpp"

namespace {

using tickscan::market::kKlineFields;
using tickscan::market::Kline;
using tickscan::market::KlineRing;

constexpr uint32_t kMaxKlines = 2;
constexpr uint32_t kAppends = 3;

struct Ring : rl::test_suite<Ring, 2> {
  tickscan::market::SeriesRecord record;
  tickscan::market::SharedDouble columns[(kMaxKlines + 1) * kKlineFields];

  KlineRing ring() { return {&record, columns, kMaxKlines + 1}; }

  // All fields of kline n at a revision are one number.
  static double value(uint32_t n, int32_t revision) { return n * 100.0 + revision; }
  static Kline kline(uint32_t n, int32_t revision) {
    Kline made{};
    std::fill(std::begin(made.fields), std::end(made.fields), value(n, revision));
    return made;
  }

  void before() {
    record.closed_count.store(0);
    record.revision.store(0);
    for (auto& column : columns) column.store(0);
    // A full ring, so that every append overtakes a kline that the reader may be at.
    for (uint32_t n = 0; n < kMaxKlines; ++n) ring().append(kline(n, 0));
  }

  // As Writer::rewrite, whose stores these are.
  void rewrite() {
    KlineRing klines = ring();
    const uint32_t count = klines.count();
    const int32_t revision = record.revision.load(std::memory_order_relaxed);
    record.revision.store(revision + 1, std::memory_order_relaxed);
    for (uint32_t n = klines.oldest(count); n < count; ++n) klines.overwrite(n, kline(n, revision + 2));
    record.closed_count.store(static_cast<int32_t>(count), std::memory_order_release);
    record.revision.store(revision + 2, std::memory_order_release);
  }

  void read() {
    const KlineRing klines = ring();
    const int32_t revision = klines.revision();
    const uint32_t count = klines.count();
    if ((revision & 1) != 0 || count == 0) return;
    Kline copy{};
    for (const uint32_t n : {klines.oldest(count), count - 1}) {
      if (klines.read(n, revision, &copy) != KlineRing::Read::ok) return;
      for (const double field : copy.fields) RL_ASSERT(field == value(n, revision));
    }
  }

  void thread(unsigned id) {
    if (id == 0) {
      for (uint32_t n = kMaxKlines; n < kMaxKlines + kAppends; ++n) {
        if (n == kMaxKlines + 2) rewrite();
        ring().append(kline(n, record.revision.load(std::memory_order_relaxed)));
      }
    } else {
      for (int i = 0; i < 3; ++i) read();
    }
  }
};

}  // namespace

int main(int count, char** words) { return tickscan::explore<Ring>(count, words); }
