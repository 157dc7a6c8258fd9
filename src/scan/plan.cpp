// Interning, reference counts and memory of the graph's nodes.
#include "scan/plan.h"

#include <bit>
#include <cstring>

#include "base/assert.h"
#include "base/bits.h"
#include "scan/execute.h"
#include "scan/plan_builder.h"

namespace tickscan::scan {

namespace {

constexpr size_t kArrayBytes = kLanes * sizeof(double);

void mix(size_t& hash, uint64_t value) {
  // The 64-bit finaliser of MurmurHash3 (public domain, A. Appleby).
  uint64_t x = hash ^ (value + 0x9e3779b97f4a7c15ULL);
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  hash = static_cast<size_t>(x ^ (x >> 33));
}

}  // namespace

bool NodeKey::operator==(const NodeKey& other) const {
  // Bits, not values: 0.0 and -0.0 are different constants.
  return op == other.op && timeline == other.timeline && field == other.field && interval == other.interval &&
         indicator == other.indicator && bit_cast<uint64_t>(value) == bit_cast<uint64_t>(other.value) &&
         params == other.params && inputs == other.inputs;
}

size_t NodeKeyHash::operator()(const NodeKey& key) const {
  size_t hash = 0;
  mix(hash, static_cast<uint64_t>(key.op) | static_cast<uint64_t>(key.timeline) << 8 |
                static_cast<uint64_t>(key.field) << 16 |
                static_cast<uint64_t>(static_cast<uint8_t>(key.interval)) << 24 |
                static_cast<uint64_t>(static_cast<uint16_t>(key.indicator)) << 32);
  mix(hash, bit_cast<uint64_t>(key.value));
  for (const double param : key.params) mix(hash, bit_cast<uint64_t>(param));
  for (const NodeId input : key.inputs) mix(hash, input);
  return hash;
}

Plan::Plan(Arena& arena, Timelines& timelines, uint32_t blocks, uint32_t max_klines)
    : arena_(arena), timelines_(timelines), blocks_(blocks), max_klines_(max_klines) {}

Result<Expression> Plan::add(std::span<const filter::Tree> trees, Way way, uint32_t base) {
  PlanBuilder builder(*this, way, base);
  return builder.build(trees, max_klines_);
}

void Plan::remove(const Expression& expression) {
  for (const NodeId root : expression.roots) release(root, expression.way);
  if (expression.timeline != kNoTimeline) timelines_.remove_ref(expression.timeline);
}

void Plan::disown() {
  for (Node& node : nodes_) node.owner = 0;
}

void Plan::own(const Expression& expression, int32_t owner) {
  for (const NodeId root : expression.roots) own(root, owner);
}

void Plan::own(NodeId id, int32_t owner) {
  if (id == kNoNode || nodes_[id].owner != 0) return;
  nodes_[id].owner = owner;
  for (const NodeId input : nodes_[id].key.inputs) own(input, owner);
  for (const NodeId input : nodes_[id].now_inputs) own(input, owner);
}

void Plan::clear_fresh() {
  for (Node& node : nodes_) node.fresh[0] = node.fresh[1] = false;
  for (size_t id = 0; id < timelines_.size(); ++id) timelines_[static_cast<TimelineId>(id)].fresh = false;
}

NodeId Plan::intern(const Node& prototype) {
  const auto found = by_key_.find(prototype.key);
  if (found != by_key_.end()) return found->second;
  Node made = prototype;
  if (!allocate(made)) return kNoNode;
  made.sequence = next_sequence_++;
  NodeId id = static_cast<NodeId>(nodes_.size());
  if (free_.empty()) {
    nodes_.push_back(made);
  } else {
    id = free_.back();
    free_.pop_back();
    nodes_[id] = made;
  }
  by_key_.emplace(made.key, id);
  if (made.key.timeline != kNoTimeline) timelines_.add_ref(made.key.timeline);
  return id;
}

bool Plan::allocate(Node& node) {
  if (node.key.op == NodeOp::constant) {
    node.memory = arena_.allocate(kArrayBytes);
    if (node.memory == nullptr) return false;
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      std::memcpy(node.memory + lane * sizeof(double), &node.key.value, sizeof(double));
    }
    return true;
  }
  if (node.key.op <= NodeOp::output) return true;
  if (node.type == filter::Type::condition) {
    TICKSCAN_ASSERT(!node.stateful());
    node.output_bytes = node.stride = sizeof(Condition);
    node.now_offset = sizeof(Condition) * blocks_;
    node.memory = arena_.allocate(2 * node.now_offset);
  } else {
    node.output_bytes = node.now_offset = kArrayBytes * node.output_count;
    node.state_offset = 2 * node.output_bytes;
    node.state_bytes = node.stateful() ? node.kernel->state_bytes(node.key.params.data()) : 0;
    node.stride = node.state_offset + node.state_bytes;
    node.memory = arena_.allocate(node.stride * blocks_);
  }
  if (node.memory == nullptr) return false;
  // Unknown everywhere: also in lanes whose symbol comes later.
  Instruction both;
  both.op = node.key.op;
  both.output_count = node.output_count;
  both.kernel = node.kernel;
  both.params = node.key.params;
  both.state = {node.memory + node.state_offset, node.stride};
  for (size_t i = 0; node.fixed && i < node.key.inputs.size(); ++i) {
    if (node.key.inputs[i] == kNoNode) continue;
    const Node& input = nodes_[node.key.inputs[i]];
    both.inputs[i] = {input.memory, input.stride};
  }
  for (uint32_t block = 0; block < blocks_; ++block) {
    both.output = {node.memory, node.stride};
    execute_reset(both, block, kAllLanes);
    if (node.fixed) execute_step(both, block, kAllLanes);
    both.output = {node.memory + node.now_offset, node.stride};
    execute_reset(both, block, kAllLanes);
    if (node.fixed) execute_step(both, block, kAllLanes);
  }
  return true;
}

void Plan::acquire(NodeId id, Way way) {
  const auto index = static_cast<uint8_t>(way);
  if (nodes_[id].refs[index]++ > 0) return;
  nodes_[id].fresh[index] = true;
  const auto inputs = nodes_[id].inputs_of(way);
  for (const NodeId input : inputs) {
    if (input != kNoNode) acquire(input, way);
  }
  // What peeks needs its state stepped.
  if (way == Way::now && nodes_[id].stateful()) acquire(id, Way::closed);
}

void Plan::release(NodeId id, Way way) {
  const auto index = static_cast<uint8_t>(way);
  TICKSCAN_ASSERT(nodes_[id].refs[index] > 0);
  if (--nodes_[id].refs[index] > 0) return;
  const auto inputs = nodes_[id].inputs_of(way);
  if (way == Way::now) nodes_[id].now_inputs.fill(kNoNode);
  for (const NodeId input : inputs) {
    if (input != kNoNode) release(input, way);
  }
  if (way == Way::now && nodes_[id].stateful()) {
    release(id, Way::closed);
  } else {
    collect(id);
  }
}

void Plan::collect(NodeId id) {
  Node& node = nodes_[id];
  if (node.alive()) return;
  by_key_.erase(node.key);
  if (node.memory != nullptr) arena_.release(node.memory);
  const TimelineId timeline = node.key.timeline;
  node = Node{};
  free_.push_back(id);
  if (timeline != kNoTimeline) timelines_.remove_ref(timeline);
}

}  // namespace tickscan::scan
