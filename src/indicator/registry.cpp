// Turns the rows of indicators.def into the table of indicators.
#include "indicator/registry.h"

#include <algorithm>
#include <cstddef>

namespace tickscan::indicator {

#define TICKSCAN_INDICATOR(name, title, aliases, inputs, params, outputs, unstable) \
  extern const Kernel name##_kernel;
#include "indicator/indicators.def"
#undef TICKSCAN_INDICATOR

namespace {

// The unstable period of the average that an `ma_type` chooses (moving_average.h).
double unstable_average(double type, double period) {
  if (period == 1) return 0;
  if (type == 1 || type == 3 || type == 4) return 15 * (period + 1);
  if (type == 6) return 5000;
  if (type == 7) return 600;
  if (type == 8) return 20 * (period + 1);
  return 0;
}

// A list may be empty and an array may not, so every array ends with an entry that does not count.
#define ALIASES(...) \
  { __VA_ARGS__, "" }
#define NO_ALIASES \
  { "" }
#define INPUTS(...) \
  { __VA_ARGS__, "" }
#define OUTPUTS(...) \
  { __VA_ARGS__, "" }
#define PARAMS(...)       \
  {                       \
    __VA_ARGS__, Param {} \
  }
#define NO_PARAMS \
  {               \
    Param {}      \
  }
#define WHOLE(name, default_value, least, most) \
  Param { name, default_value, least, most, true }
#define REAL(name, default_value, least, most) \
  Param { name, default_value, least, most, false }
#define TICKSCAN_INDICATOR(name, title, aliases, inputs, params, outputs, unstable) \
  constexpr std::string_view name##_aliases[] = aliases;                            \
  constexpr std::string_view name##_inputs[] = inputs;                              \
  constexpr Param name##_params[] = params;                                         \
  constexpr std::string_view name##_outputs[] = outputs;                            \
  uint32_t name##_unstable([[maybe_unused]] const double* p) { return static_cast<uint32_t>(unstable); }
#include "indicator/indicators.def"
#undef TICKSCAN_INDICATOR

struct Example {
  std::string_view name;
  std::string_view filter;
};
constexpr Example kExamples[] = {
#define TICKSCAN_EXAMPLE(name, filter) {#name, filter},
#include "indicator/examples.def"
#undef TICKSCAN_EXAMPLE
};

// Empty where there is none, which a test of the docs finds.
constexpr std::string_view example_of(std::string_view name) {
  for (const Example& one : kExamples) {
    if (one.name == name) return one.filter;
  }
  return {};
}

template <typename T, size_t N>
constexpr std::span<const T> entries(const T (&array)[N]) {
  return {array, N - 1};
}

#define TICKSCAN_INDICATOR(name, title, aliases, inputs, params, outputs, unstable) \
  Indicator{#name,                                                                  \
            title,                                                                  \
            entries(name##_aliases),                                                \
            entries(name##_inputs),                                                 \
            entries(name##_params),                                                 \
            entries(name##_outputs),                                                \
            name##_unstable,                                                        \
            &name##_kernel,                                                         \
            example_of(#name)},
const Indicator kIndicators[] = {
#include "indicator/indicators.def"
};
#undef TICKSCAN_INDICATOR

}  // namespace

std::span<const Indicator> indicators() { return kIndicators; }

int find_indicator(std::string_view name) {
  const auto named = [&](const Indicator& one) {
    return one.name == name || std::find(one.aliases.begin(), one.aliases.end(), name) != one.aliases.end();
  };
  const auto* found = std::find_if(std::begin(kIndicators), std::end(kIndicators), named);
  return found == std::end(kIndicators) ? -1 : static_cast<int>(found - std::begin(kIndicators));
}

}  // namespace tickscan::indicator
