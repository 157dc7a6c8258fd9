// Resolves addresses and orders instructions.
#include "scan/program.h"

#include <algorithm>
#include <unordered_map>

#include "base/assert.h"
#include "scan/thresholds.h"

namespace tickscan::scan {

namespace {

constexpr size_t kArrayBytes = kLanes * sizeof(double);
constexpr size_t kLanesBytes = sizeof(SeriesLanes::closed);
constexpr size_t kCursorBytes = sizeof(SeriesLanes::cursor);

Operand offset(Operand operand, size_t bytes) { return {operand.base + bytes, operand.stride}; }

bool is_logic(NodeOp op) {
  return op == NodeOp::logical_and || op == NodeOp::logical_or || op == NodeOp::logical_not;
}

}  // namespace

// Nodes and klines that a program beside the permanent one keeps in scratch memory.
struct ProgramCompiler::Overlay {
  std::unordered_map<NodeId, std::byte*> nodes;  // outputs, then state
  std::array<Operand, market::kMaxIntervals> lanes;
};

Operand ProgramCompiler::closed_of(NodeId id) const { return closed_of(id, nullptr); }

Operand ProgramCompiler::closed_of(NodeId id, const Overlay* overlay) const {
  const Node& node = plan_.node(id);
  switch (node.key.op) {
    case NodeOp::constant: return {node.memory, 0};
    case NodeOp::ticker: return now_of(id);
    case NodeOp::series: {
      const auto interval = static_cast<uint8_t>(node.key.interval);
      const Operand lanes = overlay != nullptr ? overlay->lanes[interval]
                                               : plan_.timelines()[node.key.timeline].lanes[interval];
      return offset(lanes, node.key.field * kArrayBytes);
    }
    case NodeOp::output: return offset(closed_of(node.key.inputs[0], overlay), node.key.field * kArrayBytes);
    default: break;
  }
  if (overlay != nullptr) {
    const auto found = overlay->nodes.find(id);
    if (found != overlay->nodes.end()) return {found->second, 0};
  }
  return {node.memory, node.stride};
}

Operand ProgramCompiler::now_of(NodeId id) const {
  const Node& node = plan_.node(id);
  switch (node.key.op) {
    case NodeOp::constant: return {node.memory, 0};
    case NodeOp::ticker:
      return {reinterpret_cast<std::byte*>(&lanes_.blocks[0].ticker[node.key.field]), sizeof(Block)};
    case NodeOp::series: {
      SeriesLanes& first = lanes_.series[static_cast<uint8_t>(node.key.interval)];
      return {reinterpret_cast<std::byte*>(&first.now[node.key.field]),
              sizeof(SeriesLanes) * lanes_.interval_count};
    }
    case NodeOp::output: return offset(now_of(node.key.inputs[0]), node.key.field * kArrayBytes);
    default: return {node.memory + node.now_offset, node.stride};
  }
}

// Nodes that run this way, inputs first. Live inputs may have been made after the node that reads them, so
// the order follows the edges.
std::vector<NodeId> ProgramCompiler::running(Way way) const {
  const auto nodes = plan_.nodes();
  std::vector<NodeId> ordered;
  std::vector<bool> reached(nodes.size(), false);
  const auto visit = [&](auto&& self, NodeId id) -> void {
    if (id == kNoNode || reached[id]) return;
    reached[id] = true;
    const Node& node = nodes[id];
    for (const NodeId input : node.inputs_of(way)) self(self, input);
    if (node.runs()) ordered.push_back(id);
  };
  for (NodeId id = 0; id < nodes.size(); ++id) {
    if (nodes[id].refs_of(way) > 0) visit(visit, id);
  }
  return ordered;
}

Instruction ProgramCompiler::step_instruction(const Node& node, const Overlay* overlay) const {
  Instruction made;
  made.op = node.key.op;
  made.output_count = node.output_count;
  made.kernel = node.kernel;
  made.params = node.key.params;
  made.owner = node.owner;
  for (size_t i = 0; i < node.key.inputs.size(); ++i) {
    if (node.key.inputs[i] != kNoNode) made.inputs[i] = closed_of(node.key.inputs[i], overlay);
  }
  return made;
}

Instruction ProgramCompiler::now_instruction(const Node& node) const {
  Instruction made;
  made.op = node.key.op;
  made.clock = node.clock;
  made.output_count = node.output_count;
  made.fresh = node.fresh[static_cast<uint8_t>(Way::now)];
  made.rows = node.rows;
  made.kernel = node.kernel;
  made.params = node.key.params;
  made.owner = node.owner;
  const auto& inputs = node.inputs_of(Way::now);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] != kNoNode) made.inputs[i] = now_of(inputs[i]);
  }
  made.output = {node.memory + node.now_offset, node.stride};
  made.closed = {node.memory, node.stride};
  made.state = {node.memory + node.state_offset, node.stride};
  return made;
}

StepProgram ProgramCompiler::skeleton(TimelineId id) const {
  const Timeline& timeline = plan_.timelines()[id];
  StepProgram program;
  program.base = timeline.base;
  program.intervals = timeline.intervals;
  program.lanes = timeline.lanes;
  program.cursors = timeline.cursors;
  program.decided = timeline.decided;
  return program;
}

Programs ProgramCompiler::compile(uint32_t threads, std::span<const NodeId> roots) const {
  Programs programs;
  const Timelines& timelines = plan_.timelines();
  for (size_t id = 0; id < timelines.size(); ++id) {
    programs.timelines.push_back(skeleton(static_cast<TimelineId>(id)));
    if (timelines[static_cast<TimelineId>(id)].in_use())
      programs.order.push_back(static_cast<TimelineId>(id));
  }
  std::vector<std::vector<NodeId>> fresh(timelines.size());
  const std::vector<NodeId> stepped = running(Way::closed);
  for (const NodeId id : stepped) {
    const Node& node = plan_.node(id);
    TICKSCAN_ASSERT(node.key.timeline != kNoTimeline);
    Instruction step = step_instruction(node, nullptr);
    step.output = {node.memory, node.stride};
    step.state = {node.memory + node.state_offset, node.stride};
    programs.timelines[node.key.timeline].steps[node.clock].push_back(step);
    if (node.fresh[static_cast<uint8_t>(Way::closed)]) fresh[node.key.timeline].push_back(id);
  }
  add_now(roots, &programs);
  for (const TimelineId id : programs.order) {
    if (!fresh[id].empty() || timelines[id].fresh)
      programs.warm_ups.push_back(warm_up(id, fresh[id], threads));
  }
  programs.look_aheads = look_aheads(stepped);
  size_t saved_bytes = 0;
  for (const LookAhead& one : programs.look_aheads) {
    for (const Region& region : one.regions) saved_bytes += region.bytes;
  }
  programs.saved.assign(threads, std::vector<std::byte>(saved_bytes));
  return programs;
}

LogicStep ProgramCompiler::logic_step(const Node& node) const {
  const auto words = [&](NodeId id) { return id == kNoNode ? nullptr : now_of(id).at<Condition>(0); };
  LogicStep made;
  made.op = node.key.op;
  made.fresh = node.fresh[static_cast<uint8_t>(Way::now)];
  made.rows = node.rows;
  const auto& inputs = node.inputs_of(Way::now);
  made.a = words(inputs[0]);
  made.b = words(inputs[1]);
  made.out = reinterpret_cast<Condition*>(node.memory + node.now_offset);
  return made;
}

const LaneMask* ProgramCompiler::term_of(NodeId id, bool is_true) const {
  const Condition* words = now_of(id).at<Condition>(0);
  return is_true ? &words->value : &words->no;
}

void ProgramCompiler::decide(NodeId root, const std::function<bool(NodeId)>& is_part,
                             Programs* programs) const {
  if (!is_part(root)) return;
  const auto op = [&](NodeId id) { return plan_.node(id).key.op; };
  const auto inputs = [&](NodeId id) { return plan_.node(id).inputs_of(Way::now); };
  std::vector<NodeId> parts{root};
  // `a and b and c` is two nodes, which become three terms.
  for (size_t at = 0; at < parts.size() && op(root) != NodeOp::logical_not;) {
    const NodeId part = parts[at];
    if (op(part) != op(root) || !is_part(part) || parts.size() == kMaxTerms) {
      ++at;
      continue;
    }
    programs->unkept.push_back(part);
    parts[at] = inputs(part)[0];
    parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1, inputs(part)[1]);
  }
  Terms terms;
  terms.any = op(root) == NodeOp::logical_or;
  terms.count = 0;
  for (const NodeId part : parts) {
    const bool negated = op(part) == NodeOp::logical_not && is_part(part);
    if (negated) programs->unkept.push_back(part);
    terms.words[terms.count++] = term_of(negated ? inputs(part)[0] : part, !negated);
  }
  programs->decided.emplace(root, terms);
}

// Logic that nothing but logic and decisions reads comes after the blocks; all else is computed within them. Where one
// decision is all that reads it, it is not computed for itself at all.
void ProgramCompiler::add_now(std::span<const NodeId> roots, Programs* programs) const {
  const std::vector<NodeId> ordered = running(Way::now);
  std::vector<bool> within(plan_.nodes().size(), false);
  for (auto id = ordered.rbegin(); id != ordered.rend(); ++id) {
    const Node& node = plan_.node(*id);
    within[*id] = within[*id] || !is_logic(node.key.op);
    if (!within[*id]) continue;
    for (const NodeId input : node.inputs_of(Way::now)) {
      if (input != kNoNode) within[input] = true;
    }
  }
  const auto is_part = [&](NodeId id) {
    const Node& node = plan_.node(id);
    return node.runs() && is_logic(node.key.op) && !within[id] && node.refs_of(Way::now) == 1;
  };
  for (const NodeId root : roots) decide(root, is_part, programs);
  std::vector<bool> kept(plan_.nodes().size(), true);
  for (const NodeId id : programs->unkept) kept[id] = false;
  std::vector<std::vector<Threshold>> thresholds;
  for (const NodeId id : ordered) {
    if (!within[id]) {
      if (kept[id]) programs->logic.push_back(logic_step(plan_.node(id)));
      continue;
    }
    // (A number that is compared before is computed before, so what is alike may move there.)
    const Instruction instruction = now_instruction(plan_.node(id));
    if (!group_threshold(instruction, &programs->now, &thresholds)) programs->now.push_back(instruction);
  }
  thresholds.resize(programs->now.size());
  for (size_t i = 0; i < thresholds.size(); ++i) {
    programs->now[i].first_threshold = static_cast<uint32_t>(programs->thresholds.size());
    programs->now[i].threshold_count = static_cast<uint32_t>(thresholds[i].size());
    programs->thresholds.insert(programs->thresholds.end(), thresholds[i].begin(), thresholds[i].end());
  }
}

std::vector<LookAhead> ProgramCompiler::look_aheads(std::span<const NodeId> stepped) const {
  std::vector<LookAhead> made;
  const Timelines& timelines = plan_.timelines();
  for (size_t index = 0; index < timelines.size(); ++index) {
    const auto id = static_cast<TimelineId>(index);
    if (!timelines[id].in_use() || timelines.single(id)) continue;
    LookAhead one;
    one.timeline = id;
    bool read_live = false;
    for (const NodeId step : stepped) {
      const Node& node = plan_.node(step);
      if (node.key.timeline != id) continue;
      read_live = read_live || node.refs_of(Way::now) > 0;
      one.regions.push_back({{node.memory, node.stride}, node.output_bytes});
      one.regions.push_back({{node.memory + node.state_offset, node.stride}, node.state_bytes});
    }
    if (!read_live) continue;
    for (uint32_t i = 0; i < lanes_.interval_count; ++i) {
      if ((timelines[id].intervals >> i & 1) == 0) continue;
      one.regions.push_back({timelines[id].lanes[i], kLanesBytes});
      one.regions.push_back({timelines[id].cursors[i], kCursorBytes});
    }
    made.push_back(one);
  }
  return made;
}

// The wanted nodes and everything below them that runs, inputs first.
std::vector<NodeId> ProgramCompiler::with_inputs(std::span<const NodeId> wanted) const {
  std::vector<NodeId> all;
  std::vector<NodeId> left(wanted.begin(), wanted.end());
  while (!left.empty()) {
    const NodeId id = left.back();
    left.pop_back();
    if (std::find(all.begin(), all.end(), id) != all.end()) continue;
    all.push_back(id);
    for (const NodeId input : plan_.node(id).key.inputs) {
      if (input != kNoNode) left.push_back(input);
    }
  }
  std::erase_if(all, [&](NodeId id) { return !plan_.node(id).runs(); });
  std::sort(all.begin(), all.end(),
            [&](NodeId a, NodeId b) { return plan_.node(a).sequence < plan_.node(b).sequence; });
  return all;
}

// A program that steps `steps`: those in `own` in their own memory, the others and the klines in scratch
// memory. With scratch = nullptr only counts the bytes.
StepProgram ProgramCompiler::beside(TimelineId id, std::span<const NodeId> steps, std::span<const NodeId> own,
                                    std::byte* scratch, size_t* bytes, Operand* result, NodeId root) const {
  StepProgram program = skeleton(id);
  Overlay overlay;
  size_t used = 0;
  const auto take = [&](size_t size) {
    std::byte* piece = scratch == nullptr ? nullptr : scratch + used;
    used += (size + 15) / 16 * 16;
    return piece;
  };
  for (uint32_t i = 0; i < market::kMaxIntervals; ++i) {
    if ((program.intervals >> i & 1) == 0) continue;
    overlay.lanes[i] = program.lanes[i] = {take(kLanesBytes), 0};
    program.cursors[i] = {take(kCursorBytes), 0};
  }
  program.decided = {};
  // A warm-up's klines are read by its steps alone.
  if (root == kNoNode) program.fields = 1U << market::kline_open_time;
  for (const NodeId step : steps) {
    const Node& node = plan_.node(step);
    const bool is_own = std::find(own.begin(), own.end(), step) != own.end();
    if (!is_own) overlay.nodes[step] = take(node.output_bytes + node.state_bytes);
    if (scratch == nullptr) continue;  // there are no addresses yet, and an offset from none is undefined
    for (const NodeId input : node.key.inputs) {
      if (input == kNoNode || plan_.node(input).key.op != NodeOp::series) continue;
      program.fields |= 1U << plan_.node(input).key.field;
    }
    Instruction made = step_instruction(node, &overlay);
    if (is_own) {
      made.output = {node.memory, node.stride};
      made.state = {node.memory + node.state_offset, node.stride};
    } else {
      made.output = {overlay.nodes[step], 0};
      made.state = {overlay.nodes[step] + node.output_bytes, 0};
    }
    program.steps[node.clock].push_back(made);
  }
  if (result != nullptr && scratch != nullptr) *result = closed_of(root, &overlay);
  *bytes = used;
  return program;
}

WarmUp ProgramCompiler::warm_up(TimelineId id, std::span<const NodeId> fresh, uint32_t threads) const {
  WarmUp made;
  made.timeline = id;
  if (plan_.timelines()[id].fresh) return made;  // its permanent program takes everything
  const std::vector<NodeId> steps = with_inputs(fresh);
  size_t bytes = 0;
  (void)beside(id, steps, fresh, nullptr, &bytes, nullptr, kNoNode);
  made.scratch.resize(bytes * threads + 16);
  auto start = reinterpret_cast<uintptr_t>(made.scratch.data());
  std::byte* aligned = made.scratch.data() + ((16 - start % 16) % 16);
  for (uint32_t thread = 0; thread < threads; ++thread) {
    size_t same = 0;
    made.by_thread.push_back(beside(id, steps, fresh, aligned + bytes * thread, &same, nullptr, kNoNode));
  }
  return made;
}

StepProgram ProgramCompiler::compile_history(TimelineId timeline, NodeId root,
                                             std::vector<std::byte>& scratch, Operand* result) const {
  const std::vector<NodeId> steps = with_inputs({&root, 1});
  size_t bytes = 0;
  (void)beside(timeline, steps, {}, nullptr, &bytes, nullptr, root);
  scratch.assign(bytes + 16, std::byte{0});
  const auto start = reinterpret_cast<uintptr_t>(scratch.data());
  return beside(timeline, steps, {}, scratch.data() + ((16 - start % 16) % 16), &bytes, result, root);
}

}  // namespace tickscan::scan
