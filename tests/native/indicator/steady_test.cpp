// The two forms of a steady kernel give the same bits: each kernel beside its step alone, on inputs with holes.
#include "indicator/steady.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "indicator/lane_kernel.h"
#include "indicator/macd.h"
#include "indicator/registry.h"
#include "indicator/true_range.h"

namespace tickscan::indicator {
namespace {

template <bool kWrite>
class SlowMacd {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 3;
  static uint32_t lookback(const double* p) { return whole_param(p, 1) + whole_param(p, 2) - 2; }
  SlowMacd(Column<kWrite>& column, const double* p)
      : lines_(column, {whole_param(p, 0), 2.0 / (p[0] + 1.0)}, {whole_param(p, 1), 2.0 / (p[1] + 1.0)},
               whole_param(p, 2)) {}
  void step(const double* inputs, double* outputs) { lines_.step(inputs, outputs); }

 private:
  MacdLines<kWrite> lines_;
};

template <bool kWrite>
class SlowMacdFix {
 public:
  static constexpr uint32_t kInputs = 1;
  static constexpr uint32_t kOutputs = 3;
  static uint32_t lookback(const double* p) { return 25 + whole_param(p, 0) - 1; }
  SlowMacdFix(Column<kWrite>& column, const double* p)
      : lines_(column, {12, 0.15}, {26, 0.075}, whole_param(p, 0)) {}
  void step(const double* inputs, double* outputs) { lines_.step(inputs, outputs); }

 private:
  MacdLines<kWrite> lines_;
};

struct SlowAtr {
  using Lane = AverageTrueRange;
  static constexpr uint32_t kInputs = 3;
  static constexpr uint32_t kOutputs = 1;
  static uint32_t lookback(const double* p) { return whole_param(p, 0); }
  static void step(Lane& lane, uint32_t n, const double* p, const double* x, double* y) {
    y[0] = lane.step(n, p[0], x[0], x[1], x[2]);
  }
};

const Kernel* registered(const char* name) {
  for (const auto& row : indicators()) {
    if (row.name == name) return row.kernel;
  }
  ADD_FAILURE() << name;
  return nullptr;
}

// One kernel's memory and outputs.
struct Run {
  Run(const Kernel& one, const double* p)
      : kernel(one), params(p), state(one.state_bytes(p) / sizeof(double)) {
    for (size_t i = 0; i < kMaxOutputs; ++i) {
      rows[i].assign(kLanes, kUnknown);
      outputs[i] = rows[i].data();
    }
    kernel.reset(state.data(), params, kAllLanes);
  }

  const Kernel& kernel;
  const double* params;
  std::vector<double> state;
  std::vector<double> rows[kMaxOutputs];
  double* outputs[kMaxOutputs];
};

bool same_bits(const Run& a, const Run& b) {
  for (size_t i = 0; i < kMaxOutputs; ++i) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const double x = a.rows[i][lane];
      const double y = b.rows[i][lane];
      if (std::isnan(x) != std::isnan(y)) return false;
      if (!std::isnan(x) && std::memcmp(&x, &y, sizeof(double)) != 0) return false;
    }
  }
  return true;
}

void expect_same(const Kernel& fast, const Kernel& slow, std::vector<double> params, size_t inputs) {
  params.resize(kMaxParams);
  Run a(fast, params.data());
  Run b(slow, params.data());
  std::mt19937_64 random(7);
  std::vector<std::vector<double>> data(inputs, std::vector<double>(kLanes, 100));
  const double* pointers[kMaxInputs] = {};
  for (size_t i = 0; i < inputs; ++i) pointers[i] = data[i].data();
  for (int round = 0; round < 400; ++round) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      for (auto& column : data) column[lane] = 50 + static_cast<double>(random() % 100'000) / 1000;
      if (inputs == 3 && data[0][lane] < data[1][lane]) std::swap(data[0][lane], data[1][lane]);
      // Holes restart their lane, so that lanes of every age stand side by side.
      if (random() % 2000 == 0) data[random() % inputs][lane] = random() % 2 == 0 ? kUnknown : 1e200;
    }
    const LaneMask choices[] = {kAllLanes, random(), random() & random() & random(), lane_bit(40) - 1};
    const LaneMask lanes = choices[random() % 4];
    const bool peek = random() % 3 == 0;
    for (Run* run : {&a, &b}) {
      if (peek) {
        run->kernel.peek(run->state.data(), params.data(), pointers, lanes, run->outputs);
      } else {
        run->kernel.update(run->state.data(), params.data(), pointers, lanes, run->outputs);
      }
    }
    ASSERT_TRUE(same_bits(a, b)) << "round " << round;
  }
}

TEST(Steady, MacdIsItsStep) {
  const Kernel slow = stepped_kernel<SlowMacd>();
  expect_same(*registered("macd"), slow, {12, 26, 9}, 1);
  expect_same(*registered("macd"), slow, {3, 10, 1}, 1);
}

TEST(Steady, MacdFixIsItsStep) {
  const Kernel slow = stepped_kernel<SlowMacdFix>();
  expect_same(*registered("macdfix"), slow, {9}, 1);
}

TEST(Steady, AtrIsItsStep) {
  const Kernel slow = lane_kernel<SlowAtr>();
  expect_same(*registered("atr"), slow, {14}, 3);
  expect_same(*registered("atr"), slow, {1}, 3);
}

}  // namespace
}  // namespace tickscan::indicator
