// UTF-8 decoding by a table of lead bytes.
#include "filter/text.h"

#include <cstdio>

namespace tickscan::filter {

namespace {

// A row per form of a code point: which lead bytes start it, the bits that they carry, and the least code
// point that may be written this way (a smaller one would be overlong).
struct Form {
  uint8_t mask;
  uint8_t lead;
  size_t bytes;
  uint32_t least;
};
constexpr Form kForms[] = {
    {0x80, 0x00, 1, 0x0},
    {0xE0, 0xC0, 2, 0x80},
    {0xF0, 0xE0, 3, 0x800},
    {0xF8, 0xF0, 4, 0x10000},
};
constexpr uint32_t kLastCodePoint = 0x10FFFF;
constexpr uint32_t kFirstSurrogate = 0xD800;
constexpr uint32_t kLastSurrogate = 0xDFFF;

bool continues(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

struct Decoded {
  uint32_t code_point = 0;
  size_t bytes = 0;  // 0: not well-formed
};

Decoded decode(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text.front());
  for (const Form& form : kForms) {
    if ((lead & form.mask) != form.lead) continue;
    if (text.size() < form.bytes) return {};
    uint32_t code_point = lead & static_cast<uint8_t>(~form.mask);
    for (size_t i = 1; i < form.bytes; ++i) {
      if (!continues(text[i])) return {};
      code_point = code_point << 6 | (static_cast<uint8_t>(text[i]) & 0x3F);
    }
    const bool surrogate = code_point >= kFirstSurrogate && code_point <= kLastSurrogate;
    if (code_point < form.least || code_point > kLastCodePoint || surrogate) return {};
    return {code_point, form.bytes};
  }
  return {};
}

bool is_control(uint32_t code_point) {
  const bool layout = code_point == '\t' || code_point == '\n' || code_point == '\r';
  return (code_point < 0x20 && !layout) || code_point == 0x7F;
}

}  // namespace

Position advance(Position from, std::string_view bytes) {
  for (const char byte : bytes) {
    ++from.offset;
    if (byte == '\n') {
      ++from.line;
      from.column = 1;
    } else if (!continues(byte)) {
      ++from.column;
    }
  }
  return from;
}

Position position_at(std::string_view text, size_t offset) {
  TICKSCAN_ASSERT(offset <= text.size());
  return advance({}, text.substr(0, offset));
}

size_t find_invalid(std::string_view text) {
  size_t offset = 0;
  while (offset < text.size()) {
    const Decoded decoded = decode(text.substr(offset));
    if (decoded.bytes == 0 || is_control(decoded.code_point)) return offset;
    offset += decoded.bytes;
  }
  return std::string_view::npos;
}

size_t code_point_bytes(char lead) {
  for (const Form& form : kForms) {
    if ((static_cast<uint8_t>(lead) & form.mask) == form.lead) return form.bytes;
  }
  return 1;
}

std::string character_name(std::string_view text) {
  const Decoded decoded = decode(text);
  if (decoded.bytes == 1) return "`" + std::string(text.substr(0, 1)) + "`";
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "U+%04X", static_cast<unsigned>(decoded.code_point));
  return buffer;
}

}  // namespace tickscan::filter
