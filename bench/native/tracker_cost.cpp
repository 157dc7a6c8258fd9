// What marking and draining cost in C++ beside a plain bitset that nobody else may touch: the price of never losing a
// bit. Medians of interleaved rounds in one run; read the ratios. Prints rows of JSON.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "base/dirty_tracker.h"

namespace {

using tickscan::DirtyControl;
using tickscan::DirtyTracker;
using tickscan::kLanes;

constexpr uint32_t kSymbols = 8192;
constexpr uint32_t kWords = kSymbols / 32;
constexpr uint32_t kRounds = 101;
constexpr uint32_t kMarks = 1 << 16;

template <typename F>
double nanoseconds_each(uint32_t count, F f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
  return spent.count() / count;
}

double median(std::vector<double> samples) {
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2),
                   samples.end());
  return samples[samples.size() / 2];
}

void print(const char* metric, const char* unit, double ours, const char* peer, double theirs) {
  std::printf(
      "{\"scenario\":\"tracker\",\"metric\":\"%s\",\"unit\":\"%s\",\"tickscan\":%.2f,\"peers\":{\"%s\":%.2f},"
      "\"ratio\":%.2f}\n",
      metric, unit, ours, peer, theirs, ours / theirs);
}

}  // namespace

int main() {
  DirtyControl control{};
  std::vector<std::atomic<int32_t>> words(size_t{2} * kWords);
  DirtyTracker tracker(&control, words.data(), 1, kWords);
  std::vector<uint32_t> plain(kWords);
  std::vector<double> mark;
  std::vector<double> plain_mark;
  std::vector<double> drain;
  std::vector<double> plain_drain;
  uint64_t seen = 0;
  for (uint32_t round = 0; round < kRounds; ++round) {
    uint32_t symbol = round;
    mark.push_back(nanoseconds_each(kMarks, [&] {
      for (uint32_t i = 0; i < kMarks; ++i) tracker.mark(0, symbol = (symbol + 97) % kSymbols);
    }));
    plain_mark.push_back(nanoseconds_each(kMarks, [&] {
      for (uint32_t i = 0; i < kMarks; ++i) {
        symbol = (symbol + 97) % kSymbols;
        // Volatile, or the whole loop would be folded into a few stores.
        auto& word = *const_cast<volatile uint32_t*>(&plain[symbol / 32]);
        word = word | 1U << symbol % 32;
      }
    }));
    drain.push_back(nanoseconds_each(kSymbols / kLanes, [&] {
      tracker.swap();
      for (uint32_t block = 0; block < kSymbols / kLanes; ++block) seen += tracker.drain_block(0, block);
    }));
    plain_drain.push_back(nanoseconds_each(kSymbols / kLanes, [&] {
      for (uint32_t block = 0; block < kSymbols / kLanes; ++block) {
        auto* both = const_cast<volatile uint32_t*>(&plain[size_t{block} * 2]);
        seen += both[0] | uint64_t{both[1]} << 32;
        both[0] = 0;
        both[1] = 0;
      }
    }));
  }
  print("mark", "ns/mark", median(mark), "plain bitset", median(plain_mark));
  print("drain", "ns/block", median(drain), "plain bitset", median(plain_drain));
  std::fprintf(stderr, "checksum %llu\n", static_cast<unsigned long long>(seen));
  return 0;
}
