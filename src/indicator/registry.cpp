// Turns the rows of indicators.def into the table of indicators.
#include "indicator/registry.h"

#include <array>
#include <cstddef>

namespace tickscan::indicator {

#define TICKSCAN_INDICATOR(name, title, inputs, params, outputs, unstable) extern const Kernel name##_kernel;
#include "indicator/indicators.def"
#undef TICKSCAN_INDICATOR

namespace {

#define INPUTS(...) \
  { __VA_ARGS__ }
#define OUTPUTS(...) \
  { __VA_ARGS__ }
#define PARAMS(...) \
  { __VA_ARGS__ }
#define PARAM(name, default_value, least, most) \
  { name, default_value, least, most }
#define TICKSCAN_INDICATOR(name, title, inputs, params, outputs, unstable) \
  constexpr std::string_view name##_inputs[] = inputs;                     \
  constexpr Param name##_params[] = params;                                \
  constexpr std::string_view name##_outputs[] = outputs;                   \
  uint32_t name##_unstable([[maybe_unused]] const double* p) { return static_cast<uint32_t>(unstable); }
#include "indicator/indicators.def"
#undef TICKSCAN_INDICATOR

#define TICKSCAN_INDICATOR(name, title, inputs, params, outputs, unstable) \
  Indicator{#name, title, name##_inputs, name##_params, name##_outputs, name##_unstable, &name##_kernel},
const Indicator kIndicators[] = {
#include "indicator/indicators.def"
};
#undef TICKSCAN_INDICATOR

}  // namespace

std::span<const Indicator> indicators() { return kIndicators; }

int find_indicator(std::string_view name) {
  for (size_t i = 0; i < std::size(kIndicators); ++i) {
    if (kIndicators[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace tickscan::indicator
