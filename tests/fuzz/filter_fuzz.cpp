// libFuzzer: any text → compile. Crashes on a broken tree, a position outside the text, or a
// sanitizer's finding.
//   filter_fuzz -dict=tests/fuzz/filter.dict -max_len=5000
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../native/filter/invariants.h"
#include "filter/print.h"

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tickscan::filter;
  static constexpr std::string_view kIntervals[] = {"1m", "5m", "1h"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Context context{kIntervals, 1};
  for (const Want want : {Want::condition, Want::any}) {
    if (const char* broken = broken_outcome(text, context, want)) {
      std::fprintf(stderr, "broken: %s\n", broken);
      std::abort();
    }
  }
  const auto tree = compile(text, context, Want::any);
  if (tree.ok() && print(tree.value(), kIntervals).empty()) std::abort();
  return 0;
}
