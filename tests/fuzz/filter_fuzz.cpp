// libFuzzer: any text → lexer, parser, checker → plan → cycles over a small market. Ends in an abort on a broken
// tree, a position outside the text, a promise of TinyMarket's that does not hold, or a sanitizer's finding.
// scripts/lib/fuzz.mjs runs it, with a dictionary and seeds that seeds.cpp makes.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../native/filter/invariants.h"
#include "filter/print.h"
#include "tiny_market.h"

namespace {

void expect_sound(const char* broken) {
  if (broken == nullptr) return;
  std::fprintf(stderr, "broken: %s\n", broken);
  std::abort();
}

}  // namespace

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tickscan::filter;
  static constexpr std::string_view kIntervals[] = {"1m", "3m", "5m"};
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Context context{kIntervals, 1};
  for (const Want want : {Want::condition, Want::any}) expect_sound(broken_outcome(text, context, want));
  const auto tree = compile(text, context, Want::any);
  if (!tree.ok()) return 0;
  const Tree& made = tree.value();
  if (print(made, kIntervals).empty()) expect_sound("a tree that cannot be printed");
  const bool condition = made.nodes[static_cast<size_t>(made.root)].type == Type::condition;
  expect_sound(tickscan::fuzz::TinyMarket().run(text, condition));
  return 0;
}
