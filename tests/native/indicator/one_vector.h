// One vector, all paths: whatever way a kernel is driven, the numbers have the same bits.
//
// For each row of a group, with its default, its least and random parameters, over random, flat and tiny
// series with gaps: a block of 64 lanes of different histories and sparse masks, peeked and then updated,
// equals each lane's own batch run from its last restart; peek leaves the state's bytes alone; other lanes'
// outputs stay as they are; the first output is at the lookback; and prices × 2^±20 scale exactly. On demand:
// a later start gives the same values once the unstable period is over.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "indicator/registry.h"

namespace tickscan::indicator::testing {

struct Kline {
  double open;
  double high;
  double low;
  double close;
  double volume;
};

inline double field(const Kline& kline, std::string_view name) {
  if (name == "open") return kline.open;
  if (name == "high") return kline.high;
  if (name == "low") return kline.low;
  if (name == "close") return kline.close;
  if (name == "volume") return kline.volume;
  ADD_FAILURE() << "no such series here: " << name;
  return kUnknown;
}

enum class Shape { walk, flat, tiny, gaps };

inline constexpr Shape kShapes[] = {Shape::walk, Shape::flat, Shape::tiny, Shape::gaps};

inline std::vector<Kline> make_series(Shape shape, size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> step(0, 0.01);
  std::uniform_real_distribution<double> share(0, 1);
  const double unit = shape == Shape::tiny ? std::ldexp(1.0, -20) : 1.0;
  const double tick = unit / 64;
  const auto rounded = [&](double price) { return std::round(price / tick) * tick; };
  std::vector<Kline> series;
  double price = 40 * unit;
  for (size_t i = 0; i < count; ++i) {
    Kline kline{price, price, price, price, 5};
    if (shape != Shape::flat) {
      kline.close = rounded(price * (1 + step(random)));
      kline.high = rounded(std::max(price, kline.close) * (1 + 0.005 * share(random)));
      kline.low = rounded(std::min(price, kline.close) * (1 - 0.005 * share(random)));
      // Now and then nothing is traded, and nothing moves; but not at first, so that vwap has a value.
      const bool quiet = share(random) < 0.1 && i > 0;
      kline.volume = quiet ? 0 : std::round(1e6 * share(random)) / 1e3;
      if (quiet) kline.close = kline.high = kline.low = kline.open;
    }
    price = kline.close;
    if (shape == Shape::gaps && share(random) < 0.015) {
      kline.close = share(random) < 0.5 ? kUnknown : HUGE_VAL;
      kline.high = kline.close;
    }
    series.push_back(kline);
  }
  return series;
}

// A kernel with its state and its arrays.
class Block {
 public:
  Block(const Indicator& row, const std::vector<double>& params)
      : row_(&row), params_(params), state_(row.kernel->state_bytes(params_.data()) / sizeof(double)) {
    EXPECT_EQ(row.kernel->state_bytes(params_.data()) % sizeof(double), 0U);
    // The state may hold anything before its reset.
    std::memset(state_.data(), 0xff, state_.size() * sizeof(double));
    reset(kAllLanes);
  }

  void reset(LaneMask lanes) { row_->kernel->reset(state_.data(), params_.data(), lanes); }
  void set(uint32_t lane, const Kline& kline) {
    for (size_t i = 0; i < row_->inputs.size(); ++i) inputs_[i][lane] = field(kline, row_->inputs[i]);
  }
  // Without the checks of the others.
  void update_lane(uint32_t lane, const Kline& kline) {
    set(lane, kline);
    const Pointers pointers(*this);
    row_->kernel->update(state_.data(), params_.data(), pointers.inputs, lane_bit(lane), pointers.outputs);
  }
  void update(LaneMask lanes) {
    untouch();
    const Pointers pointers(*this);
    row_->kernel->update(state_.data(), params_.data(), pointers.inputs, lanes, pointers.outputs);
    expect_others_untouched(lanes);
  }
  void peek(LaneMask lanes) {
    untouch();
    const Pointers pointers(*this);
    const std::vector<double> before = state_;
    row_->kernel->peek(state_.data(), params_.data(), pointers.inputs, lanes, pointers.outputs);
    EXPECT_EQ(std::memcmp(before.data(), state_.data(), state_.size() * sizeof(double)), 0) << "peek wrote";
    expect_others_untouched(lanes);
  }
  double output(uint32_t index, uint32_t lane) const { return outputs_[index][lane]; }
  std::vector<double> outputs(uint32_t lane) const {
    std::vector<double> all;
    for (uint32_t i = 0; i < row_->outputs.size(); ++i) all.push_back(outputs_[i][lane]);
    return all;
  }
  uint32_t lookback() const { return row_->kernel->lookback(params_.data()); }

 private:
  static constexpr double kUntouched = -77.25;

  struct Pointers {
    explicit Pointers(Block& block) {
      for (uint32_t i = 0; i < kMaxInputs; ++i) inputs[i] = block.inputs_[i];
      for (uint32_t i = 0; i < kMaxOutputs; ++i) outputs[i] = block.outputs_[i];
    }
    const double* inputs[kMaxInputs];
    double* outputs[kMaxOutputs];
  };

  void untouch() { std::fill(&outputs_[0][0], &outputs_[0][0] + kMaxOutputs * kLanes, kUntouched); }

  void expect_others_untouched(LaneMask lanes) const {
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      if ((lanes >> lane & 1) != 0) continue;
      for (uint32_t i = 0; i < row_->outputs.size(); ++i) {
        ASSERT_EQ(outputs_[i][lane], kUntouched) << "a lane outside of the mask was written";
      }
    }
  }

  const Indicator* row_;
  std::vector<double> params_;
  std::vector<double> state_;
  double inputs_[kMaxInputs][kLanes] = {};
  double outputs_[kMaxOutputs][kLanes] = {};
};

// Whatever is not finite is unknown to a filter.
inline bool same(double a, double b) { return a == b || (!std::isfinite(a) && !std::isfinite(b)); }

inline const Indicator& row_of(std::string_view name) {
  const int index = find_indicator(name);
  EXPECT_GE(index, 0) << name;
  return indicators()[static_cast<size_t>(index < 0 ? 0 : index)];
}

// The outputs after each kline, by a fresh kernel.
inline std::vector<std::vector<double>> batch(const Indicator& row, const std::vector<double>& params,
                                              const std::vector<Kline>& series) {
  Block block(row, params);
  std::vector<std::vector<double>> all;
  for (const Kline& kline : series) {
    block.update_lane(0, kline);
    all.push_back(block.outputs(0));
  }
  return all;
}

// Values of the default output.
inline std::vector<double> values(std::string_view name, const std::vector<double>& params,
                                  const std::vector<Kline>& series) {
  std::vector<double> all;
  for (const std::vector<double>& outputs : batch(row_of(name), params, series)) all.push_back(outputs[0]);
  return all;
}

inline std::vector<std::vector<double>> param_sets(const Indicator& row) {
  std::mt19937 random(7);
  std::vector<std::vector<double>> sets(5);
  for (const Param& param : row.params) {
    sets[0].push_back(param.default_value);
    sets[1].push_back(param.least);
    for (size_t i = 2; i < sets.size(); ++i) {
      const double most = std::min(param.most, param.whole ? 23.0 : param.most);
      std::uniform_real_distribution<double> any(param.least, most);
      sets[i].push_back(param.whole ? std::floor(any(random) + 0.5) : any(random));
    }
  }
  if (row.params.empty()) sets.resize(1);
  return sets;
}

inline std::string named(const Indicator& row, const std::vector<double>& params) {
  std::string text(row.name);
  for (const double param : params) text += " " + std::to_string(param);
  return text;
}

inline void expect_all_paths_equal(const Indicator& row, const std::vector<double>& params, uint32_t seed) {
  constexpr size_t kSteps = 260;
  std::mt19937_64 random(seed);
  Block block(row, params);
  std::vector<std::vector<Kline>> series;
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    series.push_back(make_series(kShapes[lane % 4], kSteps, seed + lane));
  // Each lane's own run since its last restart, and where it stands.
  std::vector<Block> alone(kLanes, Block(row, params));
  std::vector<size_t> position(kLanes, 0);

  for (size_t turn = 0; turn < kSteps; ++turn) {
    // Every fourth turn all lanes step, otherwise some.
    const LaneMask lanes = turn % 4 == 0 ? kAllLanes : random() | random();
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      Kline live = series[lane][position[lane]];
      live.close = live.low;
      block.set(lane, live);
    }
    block.peek(random());
    for (uint32_t lane = 0; lane < kLanes; ++lane) block.set(lane, series[lane][position[lane]]);
    block.peek(lanes);
    std::vector<std::vector<double>> peeked;
    for (uint32_t lane = 0; lane < kLanes; ++lane) peeked.push_back(block.outputs(lane));
    block.update(lanes);
    for_each_lane(lanes, [&](uint32_t lane) {
      alone[lane].update_lane(lane, series[lane][position[lane]]);
      for (uint32_t i = 0; i < row.outputs.size(); ++i) {
        const double updated = block.output(i, lane);
        ASSERT_TRUE(same(peeked[lane][i], updated)) << "peek " << peeked[lane][i] << ", update " << updated;
        ASSERT_TRUE(same(alone[lane].output(i, lane), updated))
            << "alone " << alone[lane].output(i, lane) << ", block " << updated;
      }
      bool finite = true;
      for (const std::string_view input : row.inputs)
        finite = finite && usable(field(series[lane][position[lane]], input));
      // An input that is not finite is a restart: the same as a kernel that has seen nothing.
      if (!finite) alone[lane] = Block(row, params);
      ++position[lane];
    });
    if (turn == kSteps / 2) {
      const LaneMask restarted = random();
      block.reset(restarted);
      for_each_lane(restarted, [&](uint32_t lane) { alone[lane] = Block(row, params); });
    }
  }
}

inline void expect_first_output_at_lookback(const Indicator& row, const std::vector<double>& params) {
  const uint32_t lookback = row.kernel->lookback(params.data());
  const auto all = batch(row, params, make_series(Shape::walk, lookback + 50, 3));
  for (uint32_t i = 0; i < lookback; ++i) {
    for (const double value : all[i])
      ASSERT_TRUE(value != value) << "an output before the lookback, at " << i;
  }
  for (const double value : all[lookback])
    ASSERT_TRUE(std::isfinite(value)) << "no output at the lookback " << lookback;
}

// Each output is either a price, which scales, or a pure number, which does not.
inline void expect_exact_scale(const Indicator& row, const std::vector<double>& params) {
  const std::vector<Kline> series = make_series(Shape::walk, 260, 11);
  const auto plain = batch(row, params, series);
  for (const int power : {-20, 20}) {
    const double scale = std::ldexp(1.0, power);
    std::vector<Kline> scaled = series;
    for (Kline& kline : scaled) {
      kline = {kline.open * scale, kline.high * scale, kline.low * scale, kline.close * scale, kline.volume};
    }
    const auto other = batch(row, params, scaled);
    for (size_t i = 0; i < row.outputs.size(); ++i) {
      bool price = true;
      bool number = true;
      for (size_t at = 0; at < series.size(); ++at) {
        price = price && same(other[at][i], plain[at][i] * scale);
        number = number && same(other[at][i], plain[at][i]);
      }
      EXPECT_TRUE(price || number) << row.outputs[i] << " at prices × 2^" << power;
    }
  }
}

// Beyond lookback and unstable period a run that started later gives the same values to 1e-9 of their size.
inline void expect_seed_to_fade(const Indicator& row, const std::vector<double>& params) {
  SCOPED_TRACE(named(row, params));
  constexpr size_t kLater = 97;
  const size_t settled = row.kernel->lookback(params.data()) + row.unstable_period(params.data());
  const std::vector<Kline> series = make_series(Shape::walk, kLater + settled + 50, 9);
  const auto early = batch(row, params, series);
  const auto late = batch(row, params, {series.begin() + kLater, series.end()});
  for (uint32_t i = 0; i < row.outputs.size(); ++i) {
    double size = 0;
    for (size_t at = settled; at < early.size(); ++at) size = std::max(size, std::fabs(early[at][i]));
    for (size_t at = settled; at < late.size(); ++at) {
      if (same(late[at][i], early[at + kLater][i])) continue;
      ASSERT_NEAR(late[at][i], early[at + kLater][i], 1e-9 * size) << row.outputs[i] << " at " << at;
    }
  }
}

// What the head of this file says, for one row.
inline void expect_sound(std::string_view name) {
  const Indicator& row = row_of(name);
  uint32_t seed = 1;
  for (const std::vector<double>& params : param_sets(row)) {
    SCOPED_TRACE(named(row, params));
    expect_all_paths_equal(row, params, seed++);
    expect_first_output_at_lookback(row, params);
    expect_exact_scale(row, params);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace tickscan::indicator::testing
