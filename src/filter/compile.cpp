// The front end in three lines; start at parser.h for the grammar and at checker.h for its meaning.
#include "filter/compile.h"

#include <cmath>

#include "filter/checker.h"
#include "filter/diagnostic.h"
#include "filter/lexer.h"
#include "filter/names.h"
#include "filter/parser.h"
#include "indicator/registry.h"

namespace tickscan::filter {

namespace {

// An error about a parameter has no position: it does not stand in the text.
Error bad_param(ErrorCode code, const std::string& message, const std::string& expected) {
  return Error{code, message, std::nullopt, expected, {}};
}

bool is_name(std::string_view text) {
  const Result<std::vector<Token>> tokens = tokenize(text);
  return tokens.ok() && tokens.value().size() == 2 && tokens.value()[0].kind == TokenKind::name &&
         tokens.value()[0].text.size() == text.size();
}

}  // namespace

Status check_params(std::span<const Parameter> params) {
  if (params.size() > kMaxParameters) {
    return bad_param(ErrorCode::E_LIMIT, std::to_string(params.size()) + " parameters are given",
                     "at most " + std::to_string(kMaxParameters));
  }
  for (size_t i = 0; i < params.size(); ++i) {
    const Parameter& one = params[i];
    if (!is_name(one.name)) {
      return bad_param(ErrorCode::E_ARGUMENT, quoted(one.name) + " cannot be the name of a parameter",
                       "letters, digits and _, not starting with a digit, and no keyword");
    }
    if (find_name(one.name, indicator::indicators()).kind != NameKind::unknown) {
      return bad_param(
          ErrorCode::E_DUPLICATE,
          "the parameter " + quoted(one.name) + " would hide what " + quoted(one.name) + " means",
          "another name");
    }
    for (size_t before = 0; before < i; ++before) {
      if (params[before].name == one.name) {
        return bad_param(ErrorCode::E_DUPLICATE, "the parameter " + quoted(one.name) + " is given twice",
                         "one value for each name");
      }
    }
    if (!std::isfinite(one.value)) {
      return bad_param(ErrorCode::E_RANGE,
                       "the parameter " + quoted(one.name) + " is " + number_text(one.value),
                       "a finite number");
    }
  }
  return std::nullopt;
}

Result<Tree> compile(std::string_view text, const Context& context, Want want) {
  const Result<SyntaxTree> syntax = parse(text);
  if (!syntax.ok()) return shown_in(text, syntax.error());
  Result<Tree> tree = check(syntax.value(), context, want, indicator::indicators());
  if (!tree.ok()) return shown_in(text, tree.error());
  tree.value().text = text;
  return tree;
}

}  // namespace tickscan::filter
