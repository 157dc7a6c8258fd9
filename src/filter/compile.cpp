// The front end in three lines; start at parser.h for the grammar and at checker.h for its meaning.
#include "filter/compile.h"

#include "filter/checker.h"
#include "filter/parser.h"
#include "indicator/registry.h"

namespace tickscan::filter {

Result<Tree> compile(std::string_view text, const Context& context, Want want) {
  const Result<SyntaxTree> syntax = parse(text);
  if (!syntax.ok()) return syntax.error();
  return check(syntax.value(), context, want, indicator::indicators());
}

}  // namespace tickscan::filter
