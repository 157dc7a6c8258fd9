// The filter's text as bytes, code points, lines and columns. Filters are UTF-8: outside comments every known
// character is ASCII, but positions must fit what an editor shows, so columns count code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace tickscan::filter {

// Where `from` gets by reading `bytes`. Bytes that continue a code point do not move the column.
Position advance(Position from, std::string_view bytes);

// The position of a byte offset. Requires: offset <= text.size().
Position position_at(std::string_view text, size_t offset);

// The offset of the first byte that is not well-formed UTF-8 (overlong forms and surrogates included) or is a
// control byte other than tab, line feed and carriage return; std::string_view::npos if there is none.
size_t find_invalid(std::string_view text);

// Bytes of the code point at the front of well-formed text; 1 for ASCII.
size_t code_point_bytes(char lead);

// How a message names the code point at the front of well-formed text: `$`, or U+00E9 beyond ASCII,
// since a character that may be invisible or reverse the line has no place in a message.
std::string character_name(std::string_view text);

}  // namespace tickscan::filter
