// The table of indicators, from indicators.def: what the checker, the plan, the docs and the coverage test
// know about each. Immutable; read from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "indicator/kernel.h"

namespace tickscan::indicator {

struct Param {
  std::string_view name;
  double default_value;
  double least;
  double most;
  bool whole;  // only whole numbers are taken
};

struct Indicator {
  std::string_view name;
  std::string_view title;
  std::span<const std::string_view> aliases;
  std::span<const std::string_view> inputs;  // names of series, at least one
  std::span<const Param> params;
  std::span<const std::string_view> outputs;  // at least one
  uint32_t (*unstable_period)(const double* params);
  const Kernel* kernel;
  std::string_view example = {};  // a filter that uses it, from examples.def
};

// All indicators, in the order of indicators.def.
std::span<const Indicator> indicators();

// The row's index, or -1.
int find_indicator(std::string_view name);

}  // namespace tickscan::indicator
