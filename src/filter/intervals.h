// The word after `@` → a configured interval, or an error that tells an interval that exists but is not
// configured from a word that is none.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"
#include "filter/compile.h"

namespace tickscan::filter {

// The index into context.intervals.
Result<uint32_t> resolve_interval(std::string_view word, Position position, const Context& context);

}  // namespace tickscan::filter
