// The typed tree of a checked filter: the only thing that the scan plan knows about filters.
//
// A Tree is a vector of nodes in which every node stands after its inputs; equal subexpressions may share a
// node (the middle of `30 < x < 60` does). Intervals are resolved: a series node names the configured
// interval it reads. What a node steps on follows from the series below it and is the plan's business.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/status.h"
#include "indicator/kernel.h"

namespace tickscan::filter {

enum class Type : uint8_t { number, condition };

enum class Op : uint8_t {
  number,     // value
  series,     // field (SeriesField), interval
  ticker,     // field (TickerField)
  indicator,  // indicator row, params, inputs, output
  negate,
  add,
  subtract,
  multiply,
  divide,  // number → number
  abs,
  sqrt,
  log,
  exp,
  floor,
  ceil,
  round,
  sign,
  min,
  max,  // the same, written as functions
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,  // numbers → condition
  logical_and,
  logical_or,
  logical_not,  // conditions → condition, Kleene
  shift,        // input 0 as it was params[0] klines ago; number or condition
  function,  // row of functions.def with a kernel (`indicator` is its index), params, inputs of either type
};

enum class SeriesField : uint8_t { open, high, low, close, volume, hl2, hlc3, ohlc4 };

// In the order of market/fields.def's TICKSCAN_TICKER rows, then the derived ones. `time` is not a filter field.
enum class TickerField : uint8_t {
  last,
  bid,
  ask,
  open_24h,
  high_24h,
  low_24h,
  volume_24h,
  quote_volume_24h,
  change_24h,
  spread,
};

struct Node {
  Op op = Op::number;
  Type type = Type::number;
  uint8_t field = 0;
  int8_t interval = -1;    // index into the configured intervals; series nodes only
  int16_t indicator = -1;  // row of the indicators, or of the functions
  uint8_t output = 0;
  uint8_t input_count = 0;
  double value = 0;
  std::array<double, indicator::kMaxParams> params{};
  std::array<int16_t, indicator::kMaxInputs> inputs{{-1, -1, -1, -1}};
  Position position;
};

struct Tree {
  std::vector<Node> nodes;  // every node after its inputs
  int16_t root = -1;
  std::string text = {};  // what it was made of, for errors that are found later
};

// Limits, each checked before memory is taken for what it limits.
inline constexpr uint32_t kMaxTextBytes = 4096;
inline constexpr uint32_t kMaxDepth = 32;  // nesting of parentheses, calls and unary operators
inline constexpr uint32_t kMaxNodes = 512;
inline constexpr uint32_t kMaxPeriod = 5000;
inline constexpr uint32_t kMaxParameters = 64;  // names that a user gives to numbers

}  // namespace tickscan::filter
