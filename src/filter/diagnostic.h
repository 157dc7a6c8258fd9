// How errors of filters are worded. Every one has a code, a position, one sentence with the actual
// value and the limit, what would have been right (`expected`), and, where there is one, a `hint`:
// text that may replace what stands at the position, so that an editor can offer it as a fix.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace tickscan::filter {

Error error_at(ErrorCode code, Position position, std::string message, std::string expected = {},
               std::string hint = {});

// The error with the lines that show a person where in the text it is.
Error shown_in(std::string_view text, Error error);

// The text in backticks, shortened if it is long: a name may fill the whole 4 KiB.
std::string quoted(std::string_view text);

// The shortest decimal that reads back as the same double.
std::string number_text(double value);

// "a, b, c"
std::string joined(std::span<const std::string_view> words);

}  // namespace tickscan::filter
