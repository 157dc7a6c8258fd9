// The table of operators, loosest level first.
#include "filter/operators.h"

namespace tickscan::filter {

namespace {

double fold_add(double left, double right) { return left + right; }
double fold_subtract(double left, double right) { return left - right; }
double fold_multiply(double left, double right) { return left * right; }
double fold_divide(double left, double right) { return left / right; }
double fold_negate(double left, double) { return -left; }

constexpr Type kNumber = Type::number;
constexpr Type kCondition = Type::condition;

constexpr Operator kOperators[] = {
    {Op::logical_or, "or", "or", 2, Level::logical_or, kCondition, kCondition, nullptr},
    {Op::logical_and, "and", "and", 2, Level::logical_and, kCondition, kCondition, nullptr},
    {Op::logical_not, "not", "not", 1, Level::logical_not, kCondition, kCondition, nullptr},
    {Op::less, "<", "lt", 2, Level::comparison, kNumber, kCondition, nullptr},
    {Op::less_equal, "<=", "le", 2, Level::comparison, kNumber, kCondition, nullptr},
    {Op::greater, ">", "gt", 2, Level::comparison, kNumber, kCondition, nullptr},
    {Op::greater_equal, ">=", "ge", 2, Level::comparison, kNumber, kCondition, nullptr},
    {Op::equal, "==", "eq", 2, Level::comparison, kNumber, kCondition, nullptr},
    {Op::not_equal, "!=", "ne", 2, Level::comparison, kNumber, kCondition, nullptr},
    {Op::add, "+", "add", 2, Level::sum, kNumber, kNumber, fold_add},
    {Op::subtract, "-", "sub", 2, Level::sum, kNumber, kNumber, fold_subtract},
    {Op::multiply, "*", "mul", 2, Level::product, kNumber, kNumber, fold_multiply},
    {Op::divide, "/", "div", 2, Level::product, kNumber, kNumber, fold_divide},
    {Op::negate, "-", "neg", 1, Level::unary, kNumber, kNumber, fold_negate},
};

}  // namespace

std::span<const Operator> operators() { return kOperators; }

const Operator& operator_row(Op op) {
  const Operator* found = nullptr;
  for (const Operator& row : kOperators) {
    if (row.op == op) found = &row;
  }
  TICKSCAN_ASSERT(found != nullptr);
  return *found;
}

const Operator* find_operator(std::string_view symbol, uint32_t operand_count) {
  for (const Operator& row : kOperators) {
    if (row.symbol == symbol && row.operand_count == operand_count) return &row;
  }
  return nullptr;
}

bool is_keyword(std::string_view word) {
  for (const Operator& row : kOperators) {
    if (row.symbol == word && word.front() >= 'a' && word.front() <= 'z') return true;
  }
  return false;
}

}  // namespace tickscan::filter
