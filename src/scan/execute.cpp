// The kernels of the operators, and the dispatch.
#include "scan/execute.h"

#include <algorithm>

#include "base/assert.h"
#include "base/math.h"
#include "base/simd.h"

namespace tickscan::scan {

namespace {

bool is_condition(NodeOp op) { return op >= NodeOp::less && op != NodeOp::number_of; }

template <typename F>
void arithmetic(const Instruction& instruction, uint32_t block, LaneMask lanes, F f) {
  const double* a = instruction.inputs[0].at<double>(block);
  const double* b = instruction.inputs[1].at<double>(block);
  double* out = instruction.output.at<double>(block);
  for_each_lane(lanes, [=](uint32_t lane) { out[lane] = f(a[lane], b[lane]); });
}

template <typename F>
void unary(const Instruction& instruction, uint32_t block, LaneMask lanes, F f) {
  const double* a = instruction.inputs[0].at<double>(block);
  double* out = instruction.output.at<double>(block);
  for_each_lane(lanes, [=](uint32_t lane) { out[lane] = f(a[lane]); });
}

// A side of a comparison that is a finite constant has no input that says where it is finite, because it is everywhere.
bool is_constant(const Instruction& instruction, size_t side) {
  return instruction.inputs[2 + side].base == nullptr;
}

LaneMask finite_side(const Instruction& instruction, uint32_t block, size_t side) {
  return is_constant(instruction, side) ? kAllLanes
                                        : instruction.inputs[2 + side].at<Condition>(block)->value;
}

// A comparison is known where both sides are finite. `mask` packs 64 lanes, `f` compares one.
template <typename Mask, typename F>
void compare(const Instruction& instruction, uint32_t block, LaneMask lanes, Mask mask, F f) {
  const double* a = instruction.inputs[0].at<double>(block);
  const double* b = instruction.inputs[1].at<double>(block);
  Condition& out = *instruction.output.at<Condition>(block);
  const LaneMask known = finite_side(instruction, block, 0) & finite_side(instruction, block, 1) & lanes;
  LaneMask value = 0;
  if (are_few(lanes)) {
    for_each_lane(lanes, [&](uint32_t lane) { value |= static_cast<LaneMask>(f(a[lane], b[lane])) << lane; });
  } else if (is_constant(instruction, 1)) {
    value = mask(simd::EachLane{a}, simd::AllLanes(b[0]));
  } else if (is_constant(instruction, 0)) {
    value = mask(simd::AllLanes(a[0]), simd::EachLane{b});
  } else {
    value = mask(simd::EachLane{a}, simd::EachLane{b});
  }
  out.value = (out.value & ~lanes) | (value & known);
  out.no = (out.no & ~lanes) | (~value & known);
}

void find_finite(const Instruction& instruction, uint32_t block, LaneMask lanes) {
  const double* a = instruction.inputs[0].at<double>(block);
  Condition& out = *instruction.output.at<Condition>(block);
  LaneMask finite = 0;
  if (are_few(lanes)) {
    for_each_lane(lanes,
                  [&](uint32_t lane) { finite |= static_cast<LaneMask>(a[lane] - a[lane] == 0.0) << lane; });
  } else {
    finite = simd::finite(a) & lanes;
  }
  out.value = (out.value & ~lanes) | finite;
  out.no &= ~lanes;
}

void set(Condition& out, LaneMask lanes, LaneMask value, LaneMask no) {
  out.value = (out.value & ~lanes) | (value & lanes);
  out.no = (out.no & ~lanes) | (no & lanes);
}

void logic(const Instruction& instruction, uint32_t block, LaneMask lanes) {
  const Condition a = *instruction.inputs[0].at<Condition>(block);
  Condition& out = *instruction.output.at<Condition>(block);
  if (instruction.op == NodeOp::logical_not) {
    set(out, lanes, a.no, a.value);
    return;
  }
  const Condition b = *instruction.inputs[1].at<Condition>(block);
  if (instruction.op == NodeOp::logical_and) {
    set(out, lanes, a.value & b.value, a.no | b.no);
  } else {
    set(out, lanes, a.value | b.value, a.no & b.no);
  }
}

// Everything without state; false for what has state.
bool execute_stateless(const Instruction& instruction, uint32_t block, LaneMask lanes) {
  switch (instruction.op) {
    case NodeOp::negate: unary(instruction, block, lanes, [](double a) { return -a; }); return true;
    case NodeOp::add:
      arithmetic(instruction, block, lanes, [](double a, double b) { return a + b; });
      return true;
    case NodeOp::subtract:
      arithmetic(instruction, block, lanes, [](double a, double b) { return a - b; });
      return true;
    case NodeOp::multiply:
      arithmetic(instruction, block, lanes, [](double a, double b) { return a * b; });
      return true;
    case NodeOp::divide:
      arithmetic(instruction, block, lanes, [](double a, double b) { return a / b; });
      return true;
    case NodeOp::abs: unary(instruction, block, lanes, [](double a) { return math::abs(a); }); return true;
    case NodeOp::sqrt: unary(instruction, block, lanes, [](double a) { return math::sqrt(a); }); return true;
    case NodeOp::log: unary(instruction, block, lanes, [](double a) { return math::log(a); }); return true;
    case NodeOp::exp: unary(instruction, block, lanes, [](double a) { return math::exp(a); }); return true;
    case NodeOp::floor:
      unary(instruction, block, lanes, [](double a) { return math::floor(a); });
      return true;
    case NodeOp::ceil: unary(instruction, block, lanes, [](double a) { return math::ceil(a); }); return true;
    case NodeOp::round:
      unary(instruction, block, lanes, [](double a) { return math::round(a); });
      return true;
    case NodeOp::sign: unary(instruction, block, lanes, [](double a) { return math::sign(a); }); return true;
    case NodeOp::min:
      arithmetic(instruction, block, lanes, [](double a, double b) { return math::min(a, b); });
      return true;
    case NodeOp::max:
      arithmetic(instruction, block, lanes, [](double a, double b) { return math::max(a, b); });
      return true;
    case NodeOp::less:
      compare(
          instruction, block, lanes, [](auto a, auto b) { return simd::less(a, b); },
          [](double a, double b) { return a < b; });
      return true;
    case NodeOp::less_equal:
      compare(
          instruction, block, lanes, [](auto a, auto b) { return simd::less_equal(a, b); },
          [](double a, double b) { return a <= b; });
      return true;
    case NodeOp::equal:
      compare(
          instruction, block, lanes, [](auto a, auto b) { return simd::equal(a, b); },
          [](double a, double b) { return a == b; });
      return true;
    case NodeOp::not_equal:
      compare(
          instruction, block, lanes, [](auto a, auto b) { return ~simd::equal(a, b); },
          [](double a, double b) { return a != b; });
      return true;
    case NodeOp::finite_of: find_finite(instruction, block, lanes); return true;
    case NodeOp::logical_and:
    case NodeOp::logical_or:
    case NodeOp::logical_not: logic(instruction, block, lanes); return true;
    case NodeOp::number_of: {
      const Condition a = *instruction.inputs[0].at<Condition>(block);
      double* out = instruction.output.at<double>(block);
      for_each_lane(lanes, [=](uint32_t lane) {
        const bool known = (a.known() >> lane & 1) != 0;
        out[lane] = known ? static_cast<double>(a.value >> lane & 1) : kUnknown;
      });
      return true;
    }
    case NodeOp::condition_of: {
      const double* a = instruction.inputs[0].at<double>(block);
      LaneMask value = 0;
      LaneMask no = 0;
      for_each_lane(lanes, [&](uint32_t lane) {
        value |= static_cast<LaneMask>(a[lane] == 1.0) << lane;
        no |= static_cast<LaneMask>(a[lane] == a[lane] && a[lane] != 1.0) << lane;
      });
      set(*instruction.output.at<Condition>(block), lanes, value, no);
      return true;
    }
    default: return false;
  }
}

struct Pointers {
  std::array<const double*, indicator::kMaxInputs> inputs{};
  std::array<double*, indicator::kMaxOutputs> outputs{};

  Pointers(const Instruction& instruction, uint32_t block) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (instruction.inputs[i].base != nullptr) inputs[i] = instruction.inputs[i].at<double>(block);
    }
    for (size_t i = 0; i < instruction.output_count; ++i) {
      outputs[i] = instruction.output.at<double>(block) + i * kLanes;
    }
  }
};

}  // namespace

void execute_step(const Instruction& instruction, uint32_t block, LaneMask lanes) {
  if (execute_stateless(instruction, block, lanes)) return;
  TICKSCAN_ASSERT(instruction.kernel != nullptr);
  const Pointers pointers(instruction, block);
  instruction.kernel->update(instruction.state.at<void>(block), instruction.params.data(),
                             pointers.inputs.data(), lanes, pointers.outputs.data());
}

void execute_now(const Instruction& instruction, uint32_t block, LaneMask lanes, LaneMask live) {
  if (execute_stateless(instruction, block, lanes)) return;
  TICKSCAN_ASSERT(instruction.kernel != nullptr);
  const Pointers pointers(instruction, block);
  if (live != 0) {
    instruction.kernel->peek(instruction.state.at<void>(block), instruction.params.data(),
                             pointers.inputs.data(), live, pointers.outputs.data());
  }
  const LaneMask closed = lanes & ~live;
  if (closed == 0) return;
  for (uint32_t i = 0; i < instruction.output_count; ++i) {
    const double* from = instruction.closed.at<double>(block) + size_t{i} * kLanes;
    double* to = pointers.outputs[i];
    for_each_lane(closed, [=](uint32_t lane) { to[lane] = from[lane]; });
  }
}

void execute_reset(const Instruction& instruction, uint32_t block, LaneMask lanes) {
  if (is_condition(instruction.op)) {
    set(*instruction.output.at<Condition>(block), lanes, 0, 0);
    return;
  }
  double* out = instruction.output.at<double>(block);
  for (uint32_t i = 0; i < instruction.output_count; ++i) {
    for_each_lane(lanes, [=](uint32_t lane) { out[i * kLanes + lane] = kUnknown; });
  }
  if (instruction.kernel != nullptr) {
    instruction.kernel->reset(instruction.state.at<void>(block), instruction.params.data(), lanes);
  }
}

}  // namespace tickscan::scan
