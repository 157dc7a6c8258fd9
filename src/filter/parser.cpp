// One function per production that is no operator level; the levels are rows of operators.cpp. A
// function that fails records the first error and returns kFailed, and its callers return at once.
#include "filter/parser.h"

#include <optional>
#include <string>
#include <utility>

#include "filter/diagnostic.h"
#include "filter/lexer.h"
#include "filter/names.h"
#include "filter/operators.h"

namespace tickscan::filter {

namespace {

constexpr int32_t kFailed = -1;
constexpr std::string_view kOperand = "a number, a name or `(`";

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<SyntaxTree> run() {
    tree_.start = token().position;
    if (token().kind == TokenKind::end) {
      fail(error_at(ErrorCode::E_SYNTAX, token().position, "the filter is empty",
                    "an expression such as `rsi(14) < 30`"));
    } else if (expression(Level::logical_or) != kFailed && token().kind != TokenKind::end) {
      unexpected("an operator or the end of the filter");
    }
    if (error_) return *std::move(error_);
    return std::move(tree_);
  }

 private:
  const Token& token() const { return tokens_[next_]; }
  bool at(std::string_view symbol) const {
    return token().kind == TokenKind::symbol && token().text == symbol;
  }
  // The end is never taken: every production fails on it first.
  const Token& take() {
    TICKSCAN_ASSERT(token().kind != TokenKind::end);
    return tokens_[next_++];
  }
  const Operator* operator_here(uint32_t operand_count) const {
    if (token().kind != TokenKind::symbol) return nullptr;
    return find_operator(token().text, operand_count);
  }

  int32_t fail(Error error) {
    if (!error_) error_ = std::move(error);
    return kFailed;
  }

  int32_t unexpected(std::string expected) {
    std::string hint;
    if (token().kind == TokenKind::name) {
      constexpr std::string_view kWords[] = {"and", "or", "not"};
      hint = nearest_name(token().text, kWords);
    }
    return fail(error_at(
        ErrorCode::E_SYNTAX, token().position,
        token().kind == TokenKind::end ? "the filter ends too early" : "unexpected " + quoted(token().text),
        std::move(expected), std::move(hint)));
  }

  int32_t add(SyntaxNode node) {
    tree_.nodes.push_back(node);
    return static_cast<int32_t>(tree_.nodes.size()) - 1;
  }
  int32_t add_operation(Op op, Position position, int32_t left, int32_t right) {
    SyntaxNode node;
    node.kind = SyntaxKind::operation;
    node.op = op;
    node.position = position;
    node.left = left;
    node.right = right;
    return add(node);
  }

  // Runs a production one level deeper.
  template <typename Production>
  int32_t nested(Production production) {
    if (depth_ == kMaxDepth) {
      return fail(error_at(ErrorCode::E_LIMIT, token().position,
                           "nesting reaches " + std::to_string(depth_ + 1) + " levels here; at most " +
                               std::to_string(kMaxDepth) + " are allowed"));
    }
    ++depth_;
    const int32_t node = production();
    --depth_;
    return node;
  }

  int32_t expression(Level loosest) {
    int32_t left = prefix(loosest);
    while (left != kFailed) {
      const Operator* row = operator_here(2);
      if (row == nullptr || row->level < loosest) break;
      left = row->level == Level::comparison ? comparison_chain(left) : binary(*row, left);
    }
    return left;
  }

  int32_t binary(const Operator& row, int32_t left) {
    const Position position = take().position;
    const int32_t right = expression(tighter(row.level));
    if (right == kFailed) return kFailed;
    return add_operation(row.op, position, left, right);
  }

  int32_t comparison_chain(int32_t left) {
    int32_t all = kFailed;
    for (;;) {
      const Operator* row = operator_here(2);
      if (row == nullptr || row->level != Level::comparison) return all;
      const Position position = take().position;
      const int32_t right = expression(tighter(Level::comparison));
      if (right == kFailed) return kFailed;
      const int32_t link = add_operation(row->op, position, left, right);
      all = all == kFailed ? link : add_operation(Op::logical_and, position, all, link);
      left = right;
    }
  }

  int32_t prefix(Level loosest) {
    const Operator* row = operator_here(1);
    if (row == nullptr) return postfix(primary());
    if (row->level < loosest) {
      return fail(error_at(ErrorCode::E_SYNTAX, token().position,
                           quoted(row->symbol) + " needs parentheses around it here", std::string(kOperand)));
    }
    return nested([&] {
      const Position position = take().position;
      const int32_t operand = expression(row->level);
      if (operand == kFailed) return kFailed;
      return add_operation(row->op, position, operand, -1);
    });
  }

  int32_t postfix(int32_t left) {
    while (left != kFailed) {
      if (at("[")) {
        left = nested([&] { return shift(left); });
      } else if (at("@")) {
        left = suffix(left, SyntaxKind::interval, TokenKind::interval, "an interval such as 5m");
      } else if (at(".")) {
        left = suffix(left, SyntaxKind::output, TokenKind::name, "the name of an output");
      } else {
        break;
      }
    }
    return left;
  }

  int32_t shift(int32_t left) {
    const Token open = take();
    const int32_t count = expression(Level::logical_or);
    if (count == kFailed || !close(open, "]")) return kFailed;
    SyntaxNode node;
    node.kind = SyntaxKind::shift;
    node.position = open.position;
    node.left = left;
    node.right = count;
    return add(node);
  }

  int32_t suffix(int32_t left, SyntaxKind kind, TokenKind word, std::string expected) {
    take();
    if (token().kind != word) return unexpected(std::move(expected));
    SyntaxNode node;
    node.kind = kind;
    node.position = token().position;
    node.text = take().text;
    node.left = left;
    return add(node);
  }

  int32_t primary() {
    if (token().kind == TokenKind::number) {
      SyntaxNode node;
      node.kind = SyntaxKind::number;
      node.position = token().position;
      node.value = take().value;
      return add(node);
    }
    if (token().kind == TokenKind::name) return name();
    if (at("(")) {
      return nested([&] {
        const Token open = take();
        const int32_t inner = expression(Level::logical_or);
        return inner != kFailed && close(open, ")") ? inner : kFailed;
      });
    }
    return unexpected(std::string(kOperand));
  }

  int32_t name() {
    SyntaxNode node;
    node.kind = SyntaxKind::name;
    node.position = token().position;
    node.text = take().text;
    if (!at("(")) return add(node);
    node.called = true;
    return nested([&] { return call(node); });
  }

  // Arguments wait on a stack until their call is complete, since calls inside them come first.
  int32_t call(SyntaxNode node) {
    const Token open = take();
    const size_t first = waiting_.size();
    while (!at(")")) {
      if (waiting_.size() > first) {
        if (!at(",")) break;
        take();
      }
      if (!argument(waiting_.size() > first && !waiting_.back().name.empty())) return kFailed;
    }
    if (!close(open, ")")) return kFailed;
    node.first_argument = static_cast<uint32_t>(tree_.arguments.size());
    node.argument_count = static_cast<uint32_t>(waiting_.size() - first);
    const auto from = waiting_.begin() + static_cast<std::ptrdiff_t>(first);
    tree_.arguments.insert(tree_.arguments.end(), from, waiting_.end());
    waiting_.erase(from, waiting_.end());
    return add(node);
  }

  bool argument(bool after_named) {
    SyntaxArgument argument;
    argument.name_position = token().position;
    if (token().kind == TokenKind::name && tokens_[next_ + 1].text == ":") {
      argument.name = take().text;
      take();
    } else if (after_named) {
      fail(error_at(ErrorCode::E_SYNTAX, token().position,
                    "an argument without a name cannot follow one with a name",
                    "a named argument such as `period: 14`"));
      return false;
    }
    argument.node = expression(Level::logical_or);
    if (argument.node == kFailed) return false;
    waiting_.push_back(argument);
    return true;
  }

  bool close(const Token& open, std::string_view symbol) {
    if (at(symbol)) {
      take();
      return true;
    }
    unexpected(quoted(symbol) + " for the " + quoted(open.text) + " at line " +
               std::to_string(open.position.line) + ", column " + std::to_string(open.position.column));
    return false;
  }

  std::vector<Token> tokens_;
  size_t next_ = 0;
  uint32_t depth_ = 0;
  SyntaxTree tree_;
  std::vector<SyntaxArgument> waiting_;
  std::optional<Error> error_;
};

}  // namespace

Result<SyntaxTree> parse(std::string_view text) {
  Result<std::vector<Token>> tokens = tokenize(text);
  if (!tokens.ok()) return tokens.error();
  return Parser(std::move(tokens.value())).run();
}

}  // namespace tickscan::filter
