// Text → tokens. Refuses what is too long, not UTF-8 or not made of the language's characters, and
// tells people who come from other languages what to write instead (`&&`, `AND`, `≤`, `=`).
// Comments run from `#` or `//` to the end of their line.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace tickscan::filter {

enum class TokenKind : uint8_t {
  number,    // value
  name,      // [A-Za-z_][A-Za-z0-9_]*, but no keyword
  interval,  // the word after `@`, which may start with a digit
  symbol,    // operators, keywords among them, and punctuation
  end,       // exactly one, the last
};

struct Token {
  TokenKind kind = TokenKind::end;
  Position position;
  std::string_view text;  // points into the filter's text
  double value = 0;
};

// At most one token per byte and one `end`, so the text's limit bounds the memory.
Result<std::vector<Token>> tokenize(std::string_view text);

}  // namespace tickscan::filter
