// One pass over the bytes; the longest symbol wins.
#include "filter/lexer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "filter/ast.h"
#include "filter/diagnostic.h"
#include "filter/names.h"
#include "filter/operators.h"
#include "filter/text.h"
#include "market/interval.h"

namespace tickscan::filter {

namespace {

constexpr std::string_view kPunctuation[] = {"(", ")", "[", "]", ",", ":", "@", "."};

// What people write who know another language or paste from a document, and what it is called here.
struct Mistake {
  std::string_view text;
  std::string_view meant;
};
constexpr Mistake kMistakes[] = {
    {"&&", "and"},   {"&", "and"},     {"||", "or"},     {"|", "or"},      {"!", "not"},
    {"=", "=="},     {"===", "=="},    {"!==", "!="},    {"<>", "!="},     {"=<", "<="},
    {"=>", ">="},    {"\u2264", "<="}, {"\u2265", ">="}, {"\u2260", "!="}, {"\u00D7", "*"},
    {"\u00F7", "/"}, {"\u2212", "-"},  {"\u2013", "-"},  {"\u00A0", " "},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    for (skip_blank(); at_.offset < text_.size(); skip_blank()) {
      if (Status failed = next()) return *failed;
    }
    tokens_.push_back({TokenKind::end, at_, {}, 0});
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const {
    const size_t offset = at_.offset + ahead;
    return offset < text_.size() ? text_[offset] : '\0';
  }
  std::string_view rest() const { return text_.substr(at_.offset); }

  size_t word_bytes(size_t bytes) const {
    while (is_word(peek(bytes))) ++bytes;
    return bytes;
  }

  void push(TokenKind kind, size_t bytes, double value = 0) {
    const std::string_view text = rest().substr(0, bytes);
    tokens_.push_back({kind, at_, text, value});
    at_ = advance(at_, text);
  }

  void skip_blank() {
    for (;;) {
      size_t bytes = 0;
      if (is_space(peek())) {
        bytes = 1;
      } else if (peek() == '#' || rest().starts_with("//")) {
        bytes = std::min(rest().find('\n'), rest().size());
      }
      if (bytes == 0) return;
      at_ = advance(at_, rest().substr(0, bytes));
    }
  }

  Status next() {
    const bool after_at = !tokens_.empty() && tokens_.back().text == "@";
    if (after_at && is_word(peek())) {
      push(TokenKind::interval, word_bytes(0));
      return {};
    }
    if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number();
    if (is_word(peek())) return word();
    return symbol();
  }

  Status word() {
    const size_t bytes = word_bytes(0);
    const std::string_view text = rest().substr(0, bytes);
    if (is_keyword(text)) {
      push(TokenKind::symbol, bytes);
      return {};
    }
    const std::string lower = lower_case(text);
    if (is_keyword(lower)) {
      return error_at(ErrorCode::E_SYNTAX, at_, quoted(text) + " must be written in lower case",
                      quoted(lower), lower);
    }
    push(TokenKind::name, bytes);
    return {};
  }

  // digits [ "." digits ] [ exponent ], or "." digits [ exponent ]
  Status number() {
    size_t bytes = 0;
    bool complete = true;
    const auto digits = [&] {
      complete = complete && is_digit(peek(bytes));
      while (is_digit(peek(bytes))) ++bytes;
    };
    if (peek() != '.') digits();
    if (peek(bytes) == '.') {
      ++bytes;
      digits();
    }
    if (peek(bytes) == 'e' || peek(bytes) == 'E') {
      ++bytes;
      if (peek(bytes) == '+' || peek(bytes) == '-') ++bytes;
      digits();
    }
    if (!complete || is_word(peek(bytes)) || peek(bytes) == '.') return bad_number(bytes);

    // The copy gives strtod its end: the text is a view. Should the host have set a locale with a
    // decimal comma, the assertion stops it before a wrong number gets into a filter.
    const std::string copy(rest().substr(0, bytes));
    char* end = nullptr;
    const double value = std::strtod(copy.c_str(), &end);
    TICKSCAN_ASSERT(end == copy.c_str() + copy.size());
    if (!std::isfinite(value)) {
      return error_at(ErrorCode::E_RANGE, at_, quoted(copy) + " is too large for a number",
                      "a number up to 1.7976931348623157e308");
    }
    push(TokenKind::number, bytes, value);
    return {};
  }

  Status bad_number(size_t bytes) const {
    while (is_word(peek(bytes)) || peek(bytes) == '.') ++bytes;
    const std::string_view text = rest().substr(0, bytes);
    std::string hint;
    if (market::find_interval(text) >= 0) {
      hint = "@" + std::string(text);
    } else if (text.find_first_not_of("0123456789_") == std::string_view::npos) {
      for (const char c : text) {
        if (c != '_') hint += c;
      }
    }
    return error_at(ErrorCode::E_SYNTAX, at_, quoted(text) + " is not a number",
                    "a number such as 14, 0.5 or 1e-6", hint);
  }

  Status symbol() {
    size_t valid = 0;
    const auto offer = [&](std::string_view text) {
      if (rest().starts_with(text)) valid = std::max(valid, text.size());
    };
    for (const std::string_view text : kPunctuation) offer(text);
    for (const Operator& row : operators()) offer(row.symbol);

    const Mistake* mistake = nullptr;
    size_t longest = valid;
    for (const Mistake& row : kMistakes) {
      if (rest().starts_with(row.text) && row.text.size() > longest) {
        mistake = &row;
        longest = row.text.size();
      }
    }
    if (mistake != nullptr) {
      return error_at(ErrorCode::E_SYNTAX, at_,
                      character_or_text(mistake->text) + " is not a symbol of filters",
                      quoted(mistake->meant), std::string(mistake->meant));
    }
    if (valid == 0) {
      return error_at(ErrorCode::E_SYNTAX, at_, "unexpected character " + character_name(rest()),
                      "a name, a number, an operator or a comment");
    }
    push(TokenKind::symbol, valid);
    return {};
  }

  static std::string character_or_text(std::string_view text) {
    return code_point_bytes(text.front()) > 1 ? character_name(text) : quoted(text);
  }

  std::string_view text_;
  Position at_;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return error_at(ErrorCode::E_LIMIT, position_at(text, kMaxTextBytes),
                    "the text has " + std::to_string(text.size()) + " bytes; at most " +
                        std::to_string(kMaxTextBytes) + " are allowed");
  }
  const size_t invalid = find_invalid(text);
  if (invalid != std::string_view::npos) {
    char message[64];
    std::snprintf(message, sizeof message, "the byte 0x%02X is not allowed in a filter",
                  static_cast<unsigned>(static_cast<uint8_t>(text[invalid])));
    return error_at(ErrorCode::E_SYNTAX, position_at(text, invalid), message,
                    "UTF-8 text without control characters");
  }
  return Lexer(text).run();
}

}  // namespace tickscan::filter
