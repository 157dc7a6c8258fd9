// The naive twins of the indicators: every row has one, and each agrees with its kernel, over random series and
// parameters, to 1e-9 of what its inputs can do.
#include <algorithm>

#include "indicator/one_vector.h"
#include "scan/naive_rows.h"

namespace tickscan::scan::testing {
namespace {

namespace rows = indicator::testing;

TEST(NaiveRows, EveryIndicatorHasATwinAndEveryTwinIsAnIndicators) {
  for (const indicator::Indicator& row : indicator::indicators()) {
    if (row.name.starts_with("cdl_")) continue;
    EXPECT_EQ(naive_rows().count(row.name), 1U) << row.name;
  }
  for (const auto& [name, twin] : naive_rows()) EXPECT_GE(indicator::find_indicator(name), 0) << name;
}

TEST(NaiveRows, AgreeWithTheKernels) {
  constexpr rows::Shape kShapes[] = {rows::Shape::walk, rows::Shape::flat, rows::Shape::tiny};
  for (const auto& [name, twin] : naive_rows()) {
    const indicator::Indicator& row = rows::row_of(name);
    for (const std::vector<double>& params : rows::param_sets(row)) {
      if (has_mama(row.params, params.data())) continue;
      for (const rows::Shape shape : kShapes) {
        SCOPED_TRACE(rows::named(row, params));
        const auto series = rows::make_series(shape, 220, 17);
        const auto streamed = rows::batch(row, params, series);
        Columns inputs;
        for (const std::string_view input : row.inputs) {
          inputs.push_back(each(series.size(), [&](size_t i) { return rows::field(series[i], input); }));
        }
        const Columns naive = twin(inputs, params.data());
        ASSERT_EQ(naive.size(), row.outputs.size());
        for (size_t output = 0; output < naive.size(); ++output) {
          double size = 0;
          for (const double value : naive[output]) {
            if (std::isfinite(value)) size = std::max(size, std::fabs(value));
          }
          for (size_t i = 0; i < series.size(); ++i) {
            const double one = streamed[i][output];
            const double other = naive[output][i];
            ASSERT_EQ(std::isfinite(one), std::isfinite(other))
                << row.outputs[output] << " at " << i << ": " << one << ", naively " << other;
            if (!std::isfinite(one)) continue;
            ASSERT_NEAR(one, other, 1e-9 * size) << row.outputs[output] << " at " << i;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace tickscan::scan::testing
