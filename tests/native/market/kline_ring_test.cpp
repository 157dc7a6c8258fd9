// The ring: what is kept after any number of appends, who is told `lapped` or `rewritten`, and a reader
// beside a writer that never sees a mixed kline.
#include "market/kline_ring.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/rounds.h"
#include "market/fixture.h"

namespace tickscan::market {
namespace {

using Read = KlineRing::Read;

Kline numbered(double n) { return {{n, n + 0.25, n + 0.5, n + 0.75, n * 2, n * 4}}; }

bool is_numbered(const Kline& kline, double n) {
  const Kline right = numbered(n);
  return std::equal(std::begin(kline.fields), std::end(kline.fields), std::begin(right.fields));
}

class Ring {
 public:
  explicit Ring(uint32_t max_klines)
      : columns_(std::make_unique<SharedDouble[]>(size_t{max_klines + 1} * kKlineFields)),
        ring_(&record_, columns_.get(), max_klines + 1) {}
  KlineRing* operator->() { return &ring_; }
  SeriesRecord& record() { return record_; }

 private:
  SeriesRecord record_{};
  std::unique_ptr<SharedDouble[]> columns_;
  KlineRing ring_;
};

class RingSizes : public testing::TestWithParam<uint32_t> {};

TEST_P(RingSizes, KeepsTheNewestAndSaysWhatWasLapped) {
  const uint32_t max_klines = GetParam();
  Ring ring(max_klines);
  for (uint32_t n = 0; n < 3 * max_klines + 2; ++n) {
    ring->append(numbered(n));
    const uint32_t count = n + 1;
    ASSERT_EQ(ring->count(), count);
    Kline kline{};
    for (const uint32_t back : {0U, max_klines / 2, max_klines - 1}) {
      if (back >= count) continue;
      ASSERT_EQ(ring->read(n - back, 0, &kline), Read::ok);
      ASSERT_TRUE(is_numbered(kline, n - back));
    }
    if (count > max_klines) {
      ASSERT_EQ(ring->oldest(count), count - max_klines);
      ASSERT_EQ(ring->read(count - max_klines - 1, 0, &kline), Read::lapped);
    } else {
      ASSERT_EQ(ring->oldest(count), 0U);
    }
    ASSERT_NE(ring->read(count, 0, &kline), Read::ok) << "the entry being written is nobody's yet";
  }
}

// An append in its first half: the entry is stored and the count is not. All that readers may ask for is whole.
TEST_P(RingSizes, TheEntryBeingWrittenIsNoneOfTheKept) {
  const uint32_t max_klines = GetParam();
  Ring ring(max_klines);
  for (uint32_t n = 0; n < 2 * max_klines; ++n) ring->append(numbered(n));
  const uint32_t count = ring->count();
  ring->overwrite(count, numbered(-1));
  for (uint32_t n = ring->oldest(count); n < count; ++n) {
    Kline kline{};
    ASSERT_EQ(ring->read(n, 0, &kline), Read::ok);
    ASSERT_TRUE(is_numbered(kline, n));
  }
}

INSTANTIATE_TEST_SUITE_P(MaxKlines, RingSizes, testing::Values(1, 2, 3, 500, 5000));

TEST(KlineRing, AReadAcrossARewriteIsTold) {
  Ring ring(4);
  for (int n = 0; n < 3; ++n) ring->append(numbered(n));
  const int32_t before = ring->revision();
  Kline kline{};
  ring.record().revision.store(before + 1);
  EXPECT_EQ(ring->read(1, before, &kline), Read::rewritten) << "it is being rewritten";
  ring.record().revision.store(before + 2);
  EXPECT_EQ(ring->read(1, before, &kline), Read::rewritten) << "it was rewritten";
  EXPECT_EQ(ring->read(1, ring->revision(), &kline), Read::ok);
}

// Any kline that a reader is told to trust is the one it asked for, although it asks for the oldest ones,
// which the writer is about to overwrite. TSan watches the same.
TEST_P(RingSizes, AReaderBesideTheWriterTrustsOnlyWholeKlines) {
  const uint32_t max_klines = std::min(GetParam(), 64U);
  Ring ring(max_klines);
  const auto appends = static_cast<uint32_t>(rounds(20000));
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (uint32_t n = 0; n < appends; ++n) ring->append(numbered(n));
    done.store(true);
  });
  uint64_t trusted = 0;
  uint64_t lapped = 0;
  uint64_t torn = 0;
  while (!done.load()) {
    const uint32_t count = ring->count();
    if (count == 0) continue;
    Kline kline{};
    const uint32_t n = ring->oldest(count);
    if (ring->read(n, 0, &kline) == Read::lapped) {
      ++lapped;
      continue;
    }
    ++trusted;
    if (!is_numbered(kline, n)) ++torn;
  }
  writer.join();
  EXPECT_EQ(torn, 0U);
  std::printf("ring of %u: %u appended, %llu read, %llu lapped, %llu torn\n", max_klines, appends,
              static_cast<unsigned long long>(trusted), static_cast<unsigned long long>(lapped),
              static_cast<unsigned long long>(torn));
}

// History loads change all klines to another generation while a reader looks, until it has looked often enough:
// also on one processor, where it meets a rewrite half done only when that was interrupted.
TEST(KlineRing, AReaderBesideARewriteTrustsOnlyOneGeneration) {
  const Market market(1, 8);
  Writer writer = market.writer();
  for (int minute = 0; minute < 8; ++minute) {
    ASSERT_EQ(writer.update_kline(0, 0, kline_at(minute, 1), true), WriteResult::written);
  }
  std::atomic<bool> enough{false};
  std::thread thread([&] {
    std::vector<Kline> klines(8);
    for (int generation = 2; !enough.load(); ++generation) {
      for (int minute = 0; minute < 8; ++minute) klines[minute] = kline_at(minute, generation);
      ASSERT_EQ(writer.load_history(0, 0, klines), WriteResult::written);
    }
  });
  const KlineRing ring = market.store().ring(0, 0);
  uint64_t mixed = 0;
  uint64_t whole = 0;
  const auto look = [&] {
    const int32_t revision = ring.revision();
    if ((revision & 1) != 0) return;
    Kline klines[8];
    for (uint32_t i = 0; i < 8; ++i) {
      const uint32_t count = ring.count();
      if (ring.read(count - 8 + i, revision, &klines[i]) != Read::ok) return;
    }
    ++whole;
    for (const Kline& kline : klines) {
      if (kline.fields[kline_open] != klines[0].fields[kline_open]) ++mixed;
    }
  };
  while (whole < rounds(20000)) look();
  enough.store(true);
  thread.join();
  look();
  EXPECT_EQ(mixed, 0U);
}

}  // namespace
}  // namespace tickscan::market
