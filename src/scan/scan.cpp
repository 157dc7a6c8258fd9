// What happens between cycles: symbols and programs; and the cycle itself from outside.
#include "scan/scan.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "market/audit.h"
#include "scan/ingest.h"
#include "scan/lanes.h"

namespace tickscan::scan {

namespace {

// Fewer due blocks than this are done by the engine thread alone: a block takes 5 to 20 µs, and a thread that is woken for
// two of them comes when they are done.
constexpr uint32_t kInlineBelow = 3;

// Lanes of a block whose slots are below a count.
LaneMask used_lanes(uint32_t slots, uint32_t block) {
  const uint32_t first = block * kLanes;
  if (slots <= first) return 0;
  return slots - first >= kLanes ? kAllLanes : lane_bit(slots - first) - 1;
}

MarketLanes market_lanes(std::vector<Block>& blocks, std::vector<SeriesLanes>& series,
                         uint32_t interval_count) {
  return {blocks, series, interval_count};
}

}  // namespace

Scan::Scan(const market::Store& store, std::span<const double> lengths_ms, Arena& arena, uint32_t max_traders,
           uint32_t threads)
    : store_(store),
      arena_(arena),
      blocks_count_(store.blocks()),
      blocks_(blocks_count_),
      series_(size_t{blocks_count_} * lengths_ms.size()),
      timelines_(arena, series_, blocks_count_, static_cast<uint32_t>(lengths_ms.size())),
      plan_(arena, timelines_, blocks_count_, store.layout().max_klines),
      compiler_(plan_, market_lanes(blocks_, series_, static_cast<uint32_t>(lengths_ms.size()))),
      traders_(max_traders),
      due_lanes_(blocks_count_),
      results_(blocks_count_),
      wakes_(blocks_count_),
      pool_(threads) {
  const auto interval_count = static_cast<uint32_t>(lengths_ms.size());
  for (uint32_t index = 0; index < blocks_count_; ++index) {
    Block& block = blocks_[index];
    block.ticker_version.store(0, std::memory_order_relaxed);
    std::fill_n(block.dirty, kMaxRows, LaneMask{0});
    block.active = block.updated = block.broken = 0;
    block.series = std::span(series_).subspan(size_t{index} * interval_count, interval_count);
    for (uint32_t i = 0; i < interval_count; ++i) {
      SeriesLanes& one = block.series[i];
      one.version.store(0, std::memory_order_relaxed);
      one.live = one.rebuild = one.odd = one.deferred = one.damaged = 0;
      one.length_ms = lengths_ms[i];
    }
    for (uint32_t lane = 0; lane < kLanes; ++lane) clear_lane(block, lane);
  }
  compile();
}

size_t Scan::bytes_for(uint32_t max_symbols, uint32_t interval_count, uint32_t max_traders) {
  const size_t blocks = (max_symbols + kLanes - 1) / kLanes;
  return blocks * (sizeof(Block) + sizeof(BlockResult) + interval_count * sizeof(SeriesLanes)) +
         max_traders * sizeof(Trader);
}

void Scan::activate(uint32_t slot) {
  Block& block = blocks_[slot / kLanes];
  block.active |= lane_bit(slot % kLanes);
  ++symbol_count_;
  use_slot(slot);
  // No ring has an odd revision for long, so the lane is built in its first cycle, even if it has no kline yet.
  for (SeriesLanes& series : block.series) series.revision[slot % kLanes] = -1;
  // Filters that read nothing of the market are true of the new symbol too.
  DirtyTracker tracker = store_.tracker();
  for (uint32_t row = 0; row < store_.layout().row_count; ++row) tracker.mark(row, slot);
}

void Scan::deactivate(uint32_t slot) {
  const uint32_t index = slot / kLanes;
  const LaneMask bit = lane_bit(slot % kLanes);
  Block& block = blocks_[index];
  if ((block.active & bit) == 0) return;
  put_rest_back();
  block.active &= ~bit;
  --symbol_count_;
  clear_lane(block, slot % kLanes);
  timelines_.forget(index, slot % kLanes);
  for (uint32_t number = 0; number < traders_.size(); ++number) {
    Trader& trader = traders_[number];
    if (!trader.in_use) continue;
    if (!trader.gate.empty()) trader.gate.forget(index, bit);
    std::erase_if(trader.told, [slot](const Told& entry) { return entry.slot == slot; });
    if ((trader.matches[index] & bit) == 0) continue;
    const LaneMask before = trader.matches[index];
    trader.matches[index] &= ~bit;
    Change change;
    change.trader = number;
    change.block = index;
    change.left = bit;
    change.occupied = occupied_more(before, trader.matches[index]);
    removed_.emplace_back(index, change);
  }
}

void Scan::want_snapshots() {
  for (Trader& trader : traders_) trader.snapshot_wanted = trader.in_use;
  snapshots_wanted_ = true;
}

void Scan::compile() {
  plan_.disown();
  for (uint32_t index = 0; index < traders_.size(); ++index) {
    // The places that a disabled one had in the graph may be another's now.
    const Trader& one = traders_[index];
    if (one.in_use && one.enabled) plan_.own(one.expression, static_cast<int32_t>(index) + 1);
  }
  std::vector<NodeId> roots;
  for (const Trader& one : traders_) {
    if (one.in_use && one.enabled && !one.on_close && one.gate.empty())
      roots.push_back(one.expression.roots[0]);
  }
  programs_ = compiler_.compile(pool_.threads(), roots);
  for (const NodeId node : programs_.unkept) plan_.forget_now(node);
  due_lanes_.clear();
  for (LogicStep& step : programs_.logic) step.due = due_lanes_.add(step.rows, step.fresh);
  close_traders_.assign(programs_.timelines.size(), {});
  tick_traders_.clear();
  gated_traders_.clear();
  leaving_traders_.clear();
  has_fresh_ = !programs_.warm_ups.empty();
  for (uint32_t index = 0; index < traders_.size(); ++index) {
    const Trader& one = traders_[index];
    if (!one.in_use) continue;
    has_fresh_ = has_fresh_ || one.fresh;
    if (!one.enabled) {
      if (one.fresh) leaving_traders_.push_back(index);
      continue;
    }
    if (one.on_close) {
      close_traders_[one.expression.timeline].push_back(index);
      continue;
    }
    Gate* gate = one.gate.empty() ? nullptr : &traders_[index].gate;
    const uint32_t rows = one.expression.rows;
    TickTrader tick{index,
                    rows,
                    one.fresh,
                    one.announced,
                    static_cast<uint32_t>(one.columns.size()),
                    due_lanes_.add(rows, one.fresh),
                    {false, 1, {&one.condition.at<Condition>(0)->value}},
                    one.matches,
                    gate};
    if (gate == nullptr) {
      const auto decided = programs_.decided.find(one.expression.roots[0]);
      if (decided != programs_.decided.end()) tick.terms = decided->second;
    }
    tick_traders_.push_back(tick);
    if (gate != nullptr) gated_traders_.push_back(index);
  }
}

void Scan::resume(uint32_t index, std::span<const double> decided, std::vector<Told> told) {
  Trader& one = traders_[index];
  if (!one.on_close || !one.enabled || decided.size() != store_.layout().max_symbols) return;
  // Not new: its timeline steps what is stored and decides what comes after `decided`.
  one.fresh = false;
  one.told = std::move(told);
  has_told_ = true;
  Timeline& timeline = timelines_[one.expression.timeline];
  timeline.fresh = false;
  for (uint32_t slot = 0; slot < decided.size(); ++slot) {
    timeline.decided.at<double>(slot / kLanes)[slot % kLanes] = decided[slot];
  }
  compile();
}

LaneMask Scan::told(const Trader& trader, uint32_t block, const double* close_times) const {
  const uint32_t begin = block * kLanes;
  LaneMask lanes = 0;
  auto one = std::lower_bound(trader.told.begin(), trader.told.end(), begin,
                              [](const Told& entry, uint32_t slot) { return entry.slot < slot; });
  for (; one != trader.told.end() && one->slot < begin + kLanes; ++one) {
    const uint32_t lane = one->slot - begin;
    lanes |= static_cast<LaneMask>(close_times[lane] <= one->time) << lane;
  }
  return lanes;
}

// What the timeline has passed says nothing any more.
void Scan::forget_told() {
  if (!has_told_) return;
  has_told_ = false;
  for (Trader& one : traders_) {
    if (one.told.empty()) continue;
    const Operand& decided = timelines_[one.expression.timeline].decided;
    std::erase_if(one.told, [&](const Told& entry) {
      return decided.at<double>(entry.slot / kLanes)[entry.slot % kLanes] >= entry.time;
    });
    has_told_ = has_told_ || !one.told.empty();
  }
}

void Scan::decided(uint32_t index, std::vector<double>* times) const {
  const Timeline& timeline = timelines_[traders_[index].expression.timeline];
  times->resize(store_.layout().max_symbols);
  for (uint32_t slot = 0; slot < times->size(); ++slot) {
    (*times)[slot] = timeline.decided.at<double>(slot / kLanes)[slot % kLanes];
  }
}

void Scan::mark_all() {
  DirtyTracker tracker = store_.tracker();
  for (uint32_t index = 0; index < blocks_count_; ++index) {
    for (uint32_t row = 0; row < tracker.rows(); ++row) {
      for_each_lane(blocks_[index].active, [&](uint32_t lane) { tracker.mark(row, index * kLanes + lane); });
    }
  }
}

void Scan::recover() {
  for (Block& block : blocks_) {
    // No ring has this revision, so every lane counts as rewritten.
    for (SeriesLanes& series : block.series) std::fill_n(series.revision, kLanes, -1);
  }
  mark_all();
}

void Scan::set_tracking(bool on) {
  put_rest_back();
  tracking_ = on;
}

uint32_t Scan::drain(double now_ms) {
  if (now_ms < cycle_ms_) {
    for (Trader& one : traders_) {
      if (!one.on_close) one.gate.set_clock_back(now_ms);
    }
  }
  cycle_ms_ = now_ms;
  cycle_open_ = true;
  DirtyTracker tracker = store_.tracker();
  tracker.swap();
  std::fill(wakes_.begin(), wakes_.end(), uint8_t{0});
  for (const uint32_t trader : gated_traders_) {
    Gate& gate = traders_[trader].gate;
    gate.prepare(now_ms, traders_[trader].fresh);
    for (uint32_t index = 0; index < blocks_count_; ++index) {
      wakes_[index] = static_cast<uint8_t>(wakes_[index] | static_cast<uint8_t>(gate.wakes(index)));
    }
  }
  due_.clear();
  next_due_ = 0;
  uint32_t strange = 0;
  for (uint32_t index = 0; index < blocks_count_; ++index) {
    Block& block = blocks_[index];
    block.updated = 0;
    for (uint32_t row = 0; row < tracker.rows(); ++row) {
      const LaneMask drained = tracker.drain_block(row, index);
      // Slots beyond those that were ever used have no writer.
      if ((drained & ~used_lanes(used_slots_, index)) != 0) ++strange;
      block.dirty[row] = drained & block.active;
      block.updated |= block.dirty[row];
      if (!tracking_) block.dirty[row] = block.active;
    }
    const bool all = (has_fresh_ || !tracking_) && block.active != 0;
    if (block.updated != 0 || all || wakes_[index] != 0) due_.push_back(index);
  }
  return strange;
}

uint32_t Scan::slice_end() const {
  const auto end = static_cast<uint32_t>(due_.size());
  if (has_fresh_) return end;
  uint32_t symbols = 0;
  for (auto at = static_cast<uint32_t>(next_due_); at < end; ++at) {
    symbols += static_cast<uint32_t>(std::popcount(blocks_[due_[at]].dirty_in(~0U >> (32 - kMaxRows))));
    if (symbols > batch_symbols_ && at > next_due_) return at;
  }
  return end;
}

void Scan::put_rest_back() {
  for (; next_due_ < due_.size(); ++next_due_) {
    Block& block = blocks_[due_[next_due_]];
    // What nobody marked (tracking is off) is no update.
    for (LaneMask& row : block.dirty) row &= block.updated;
    put_back(store_, due_[next_due_], block, kAllLanes);
    std::fill_n(block.dirty, kMaxRows, LaneMask{0});
  }
  end_cycle();
}

void Scan::end_cycle() {
  if (!cycle_open_) return;
  cycle_open_ = false;
  for (const uint32_t trader : gated_traders_) traders_[trader].gate.finish();
}

CycleReport Scan::cycle(double now_ms, Start start, FunctionRef<void()> before_deltas) {
  for (BlockResult& result : results_) result.clear();
  if (start == Start::anew) put_rest_back();
  uint32_t repaired = market::audit(store_, used_slots_);
  // Marked before the swap, so that the next change set is everything.
  if (repaired > 0) mark_all();
  if (next_due_ == due_.size()) {
    const uint32_t strange = drain(now_ms);
    if (strange > 0) mark_all();
    repaired += strange;
  }
  for (auto& [block, change] : removed_) {
    change.time = cycle_ms_;
    results_[block].changes.push_back(change);
  }
  removed_.clear();
  const uint32_t end = slice_end();
  const uint32_t* items = due_.data() + next_due_;
  const auto work = [&](uint32_t item, uint32_t thread) { scan_block(items[item], thread, cycle_ms_, true); };
  pool_.run(end - static_cast<uint32_t>(next_due_), work, kInlineBelow);
  const std::span<const uint32_t> done(items, end - next_due_);
  compute_logic(done);
  decide_gated(done, cycle_ms_);
  next_due_ = end;
  CycleReport report;
  report.repaired = repaired;
  report.pending = next_due_ < due_.size();
  if (!report.pending) {
    end_cycle();
    forget_told();
    sweep_.run(store_, blocks_);
  }
  before_deltas();
  packer_.pack(
      {traders_, results_, tick_traders_, done, due_lanes_, blocks_count_, cycle_ms_, snapshots_wanted_},
      &sizer_, &deltas_);
  snapshots_wanted_ = false;
  report.sizes = sizer_.take(deltas_.words.size() * sizeof(int32_t) + deltas_.values.size() * sizeof(double));
  for (const TickTrader& one : tick_traders_) {
    if (one.gate == nullptr) report.filters_run += due_lanes_.lanes(one.due);
  }
  for (const BlockResult& result : results_) {
    report.updated_symbols += result.updated_symbols;
    report.filters_run += result.filters_run;
    report.ingested.scanned += result.ingested.scanned;
    report.ingested.coalesced += result.ingested.coalesced;
    report.ingested.damaged += result.ingested.damaged;
  }
  report.skipped_symbols = symbol_count_ - report.updated_symbols;
  report.filters_skipped = uint64_t{trader_count_} * symbol_count_ - report.filters_run;
  // Whoever is new stays new while a lane could not be read, so that no symbol misses its first decision.
  const bool all_read = std::all_of(results_.begin(), results_.end(),
                                    [](const BlockResult& result) { return result.broken == 0; });
  if (has_fresh_ && all_read) {
    for (Trader& one : traders_) one.fresh = false;
    plan_.clear_fresh();
    compile();
  }
  return report;
}

std::vector<std::pair<uint32_t, uint32_t>> Scan::damaged() const {
  std::vector<std::pair<uint32_t, uint32_t>> all;
  for (uint32_t index = 0; index < blocks_count_; ++index) {
    for (uint32_t i = 0; i < blocks_[index].series.size(); ++i) {
      for_each_lane(blocks_[index].series[i].damaged,
                    [&](uint32_t lane) { all.emplace_back(index * kLanes + lane, i); });
    }
  }
  return all;
}

void Scan::for_each_address(const std::function<void(const char*, double)>& visit) const {
  const auto address = [&](const char* name, const void* at) {
    visit(name, static_cast<double>(reinterpret_cast<uintptr_t>(at)));
  };
  const auto number = [&](const char* name, size_t value) { visit(name, static_cast<double>(value)); };
  address("lanesTicker", blocks_[0].ticker);
  address("lanesTickerVersion", &blocks_[0].ticker_version);
  number("lanesTickerStride", sizeof(Block));
  address("lanesNow", series_[0].now);
  address("lanesNowVersion", &series_[0].version);
  number("lanesNowStride", sizeof(SeriesLanes));
  number("lanesPerBlock", kLanes);
}

Status Scan::evaluate(const filter::Tree& tree, uint32_t base, std::vector<double>* values) {
  put_rest_back();
  Result<Expression> added = plan_.add({&tree, 1}, Way::now, base);
  if (!added.ok()) return added.error();
  compile();
  for (Block& block : blocks_) std::fill_n(block.dirty, kMaxRows, LaneMask{0});
  const auto work = [&](uint32_t item, uint32_t thread) { scan_block(item, thread, 0, false); };
  pool_.run(blocks_count_, work, kInlineBelow);
  std::vector<uint32_t> all(blocks_count_);
  std::iota(all.begin(), all.end(), 0U);
  compute_logic(all);
  const NodeId root = added.value().roots[0];
  Trader probe;
  probe.columns.push_back(compiler_.now_of(root));
  probe.condition_columns.push_back(plan_.node(root).type == filter::Type::condition);
  values->clear();
  for (uint32_t slot = 0; slot < store_.layout().max_symbols; ++slot) {
    read_columns(probe, slot / kLanes, slot % kLanes, values);
  }
  plan_.clear_fresh();
  // What is a part of a decision while the expression is there may be kept again without it, and was not computed here.
  for (const NodeId node : programs_.unkept) plan_.forget_now(node);
  plan_.remove(added.value());
  compile();
  return std::nullopt;
}

Status Scan::history(const filter::Tree& tree, uint32_t base, uint32_t slot, std::vector<double>* values) {
  Result<Expression> added = plan_.add({&tree, 1}, Way::closed, base);
  if (!added.ok()) return added.error();
  const Expression& expression = added.value();
  const NodeId root = expression.roots[0];
  std::vector<std::byte> scratch;
  Operand result;
  const StepProgram program = compiler_.compile_history(expression.timeline, root, scratch, &result);
  Trader probe;
  probe.columns.push_back(result);
  probe.condition_columns.push_back(plan_.node(root).type == filter::Type::condition);
  const uint32_t block_index = slot / kLanes;
  const uint32_t lane = slot % kLanes;
  Block& block = blocks_[block_index];
  Stepping stepping;
  stepping.force = true;
  for (uint32_t i = 0; i < block.series.size(); ++i) stepping.limits[i] = block.series[i].visible;
  values->clear();
  Stepper stepper(store_, block_index, block, 0);
  stepper.restart(program, lane_bit(lane), stepping);
  stepper.run(program, lane_bit(lane), stepping,
              [&](LaneMask, const double*, LaneMask) { read_columns(probe, block_index, lane, values); });
  plan_.remove(expression);
  return std::nullopt;
}

}  // namespace tickscan::scan
