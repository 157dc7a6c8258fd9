// Grouping, and the loops.
#include "scan/thresholds.h"

#include <algorithm>

#include "base/simd.h"

namespace tickscan::scan {

namespace {

bool is_comparison(NodeOp op) { return op >= NodeOp::less && op <= NodeOp::not_equal; }

bool same(const Operand& a, const Operand& b) { return a.base == b.base && a.stride == b.stride; }

// But for the constant.
bool is_alike(const Instruction& a, const Instruction& b) {
  const size_t side = constant_side(a);
  return a.op == b.op && constant_side(b) == side && a.rows == b.rows && a.fresh == b.fresh &&
         same(a.inputs[1 - side], b.inputs[1 - side]) && same(a.inputs[3 - side], b.inputs[3 - side]);
}

// The number in a block: known where it is finite.
struct Number {
  const double* lanes;
  LaneMask finite;
};

// `mask` compares the number's lanes with a constant.
template <typename Mask>
void run(std::span<const Threshold> thresholds, uint32_t block, LaneMask lanes, LaneMask known, Mask mask) {
  for (const Threshold& threshold : thresholds) {
    const LaneMask value = mask(threshold.constant) & known;
    Condition& out = *threshold.output.at<Condition>(block);
    out.value = (out.value & ~lanes) | value;
    out.no = (out.no & ~lanes) | (known & ~value);
  }
}

// `all` compares 64 lanes with a constant, `one` compares one.
template <typename All, typename One>
void run(std::span<const Threshold> thresholds, uint32_t block, LaneMask lanes, const Number& number, All all,
         One one) {
  const LaneMask known = number.finite & lanes;
  if (!are_few(lanes)) {
    const simd::EachLane x{number.lanes};
    run(thresholds, block, lanes, known, [=](double constant) { return all(x, simd::AllLanes(constant)); });
    return;
  }
  // The few are looked up once for all constants.
  uint32_t places[kFewLanes];
  double numbers[kFewLanes];
  uint32_t count = 0;
  for_each_lane(lanes, [&](uint32_t lane) {
    places[count] = lane;
    numbers[count++] = number.lanes[lane];
  });
  run(thresholds, block, lanes, known, [&](double constant) {
    LaneMask value = 0;
    for (uint32_t i = 0; i < count; ++i)
      value |= static_cast<LaneMask>(one(numbers[i], constant)) << places[i];
    return value;
  });
}

}  // namespace

size_t constant_side(const Instruction& instruction) {
  if (!is_comparison(instruction.op)) return 2;
  // A finite constant has no input that says where it is finite, because it is everywhere.
  const bool first = instruction.inputs[2].base == nullptr;
  const bool second = instruction.inputs[3].base == nullptr;
  if (first == second) return 2;
  return first ? 0 : 1;
}

bool group_threshold(const Instruction& comparison, std::vector<Instruction>* program,
                     std::vector<std::vector<Threshold>>* thresholds) {
  const size_t side = constant_side(comparison);
  if (side == 2) return false;
  const Threshold threshold{*comparison.inputs[side].at<double>(0), comparison.output};
  const auto found = std::find_if(program->begin(), program->end(),
                                  [&](const Instruction& one) { return is_alike(one, comparison); });
  thresholds->resize(program->size());
  if (found != program->end()) {
    (*thresholds)[static_cast<size_t>(found - program->begin())].push_back(threshold);
  } else {
    program->push_back(comparison);
    thresholds->push_back({threshold});
  }
  return true;
}

void run_thresholds(const Instruction& instruction, std::span<const Threshold> thresholds, uint32_t block,
                    LaneMask lanes) {
  const size_t side = constant_side(instruction);
  const Number number{instruction.inputs[1 - side].at<double>(block),
                      instruction.inputs[3 - side].at<Condition>(block)->value};
  const auto with = [&](auto all, auto one) { run(thresholds, block, lanes, number, all, one); };
  if (instruction.op == NodeOp::less && side == 1) {
    with([](auto x, auto c) { return simd::less(x, c); }, [](double x, double c) { return x < c; });
  } else if (instruction.op == NodeOp::less) {
    with([](auto x, auto c) { return simd::less(c, x); }, [](double x, double c) { return c < x; });
  } else if (instruction.op == NodeOp::less_equal && side == 1) {
    with([](auto x, auto c) { return simd::less_equal(x, c); }, [](double x, double c) { return x <= c; });
  } else if (instruction.op == NodeOp::less_equal) {
    with([](auto x, auto c) { return simd::less_equal(c, x); }, [](double x, double c) { return c <= x; });
  } else if (instruction.op == NodeOp::equal) {
    with([](auto x, auto c) { return simd::equal(x, c); }, [](double x, double c) { return x == c; });
  } else {
    with([](auto x, auto c) { return ~simd::equal(x, c); }, [](double x, double c) { return x != c; });
  }
}

}  // namespace tickscan::scan
