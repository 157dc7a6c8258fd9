// What happens between cycles: symbols, traders, programs; and the cycle itself from outside.
#include "scan/scan.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "scan/ingest.h"

namespace tickscan::scan {

namespace {

// Fewer due blocks than this are done by the engine thread alone: waking the others costs more.
constexpr uint32_t kInlineBelow = 3;

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
      results_(blocks_count_),
      pool_(threads) {
  const auto interval_count = static_cast<uint32_t>(lengths_ms.size());
  for (uint32_t index = 0; index < blocks_count_; ++index) {
    Block& block = blocks_[index];
    std::fill_n(&block.ticker[0][0], kTickerLanes * kLanes, kUnknown);
    std::fill_n(block.ticker_slot, kLanes, MailboxHeader::kInitialReader);
    std::fill_n(block.ticker_scanned, kLanes, 0);
    std::fill_n(block.ticker_noted, kLanes, 0);
    for (auto& version : block.ticker_version) version.store(0, std::memory_order_relaxed);
    std::fill_n(block.dirty, kMaxRows, LaneMask{0});
    block.active = block.broken = 0;
    block.series = std::span(series_).subspan(size_t{index} * interval_count, interval_count);
    for (uint32_t i = 0; i < interval_count; ++i) {
      SeriesLanes& one = block.series[i];
      std::fill_n(&one.closed[0][0], market::kKlineFields * kLanes, kUnknown);
      std::fill_n(&one.now[0][0], market::kKlineFields * kLanes, kUnknown);
      std::fill_n(one.decided, kLanes, -std::numeric_limits<double>::infinity());
      std::fill_n(one.cursor, kLanes, 0U);
      std::fill_n(one.visible, kLanes, 0U);
      std::fill_n(one.revision, kLanes, 0);
      std::fill_n(one.reader_slot, kLanes, MailboxHeader::kInitialReader);
      std::fill_n(one.scanned, kLanes, 0);
      std::fill_n(one.noted, kLanes, 0);
      for (auto& version : one.version) version.store(0, std::memory_order_relaxed);
      one.live = one.rebuild = one.deferred = one.damaged = 0;
      std::fill_n(one.odd_since, kLanes, kUnknown);
      one.length_ms = lengths_ms[i];
    }
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
  // No ring has an odd revision for long, so the lane is built in its first cycle, even if it has no kline yet.
  for (SeriesLanes& series : block.series) series.revision[slot % kLanes] = -1;
  // Filters that read nothing of the market are true of the new symbol too.
  DirtyTracker tracker = store_.tracker();
  for (uint32_t row = 0; row < store_.layout().row_count; ++row) tracker.mark(row, slot);
}

Result<uint32_t> Scan::add_trader(const std::string& id, std::span<const filter::Tree> trees, bool on_close,
                                  uint32_t base) {
  const auto place =
      std::find_if(traders_.begin(), traders_.end(), [](const Trader& t) { return !t.in_use; });
  if (place == traders_.end()) {
    return Error{ErrorCode::E_LIMIT,
                 "all " + std::to_string(traders_.size()) + " traders are in use",
                 std::nullopt,
                 "at most maxTraders traders at a time",
                 {}};
  }
  auto* matches = reinterpret_cast<LaneMask*>(arena_.allocate(blocks_count_ * sizeof(LaneMask)));
  if (matches == nullptr) {
    return Error{ErrorCode::E_MEMORY,
                 "the traders' memory is used up",
                 std::nullopt,
                 "fewer traders, or a larger traderBytes",
                 {}};
  }
  std::fill_n(matches, blocks_count_, LaneMask{0});
  const Way way = on_close ? Way::closed : Way::now;
  Result<Expression> added = plan_.add(trees, way, base);
  if (!added.ok()) {
    arena_.release(reinterpret_cast<std::byte*>(matches));
    return added.error();
  }
  *place = Trader{};
  place->id = id;
  place->in_use = true;
  place->on_close = on_close;
  place->base = base;
  place->expression = added.value();
  place->matches = matches;
  for (size_t i = 0; i < place->expression.roots.size(); ++i) {
    const NodeId root = place->expression.roots[i];
    const Operand operand = on_close ? compiler_.closed_of(root) : compiler_.now_of(root);
    if (i == 0) {
      place->condition = operand;
    } else {
      place->columns.push_back(operand);
      place->condition_columns.push_back(plan_.node(root).type == filter::Type::condition);
    }
  }
  ++trader_count_;
  compile();
  return static_cast<uint32_t>(place - traders_.begin());
}

Status Scan::remove_trader(uint32_t index) {
  if (trader(index) == nullptr) {
    return Error{ErrorCode::E_TRADER, "no trader " + std::to_string(index), std::nullopt, {}, {}};
  }
  Trader& gone = traders_[index];
  plan_.remove(gone.expression);
  arena_.release(reinterpret_cast<std::byte*>(gone.matches));
  gone = Trader{};
  --trader_count_;
  compile();
  return std::nullopt;
}

const Trader* Scan::trader(uint32_t index) const {
  return index < traders_.size() && traders_[index].in_use ? &traders_[index] : nullptr;
}

void Scan::compile() {
  programs_ = compiler_.compile(pool_.threads());
  close_traders_.assign(programs_.timelines.size(), {});
  tick_traders_.clear();
  has_fresh_ = !programs_.warm_ups.empty();
  for (uint32_t index = 0; index < traders_.size(); ++index) {
    const Trader& one = traders_[index];
    if (!one.in_use) continue;
    has_fresh_ = has_fresh_ || one.fresh;
    (one.on_close ? close_traders_[one.expression.timeline] : tick_traders_).push_back(index);
  }
}

void Scan::drain(std::vector<uint32_t>* due_blocks) {
  DirtyTracker tracker = store_.tracker();
  tracker.swap();
  due_blocks->clear();
  for (uint32_t index = 0; index < blocks_count_; ++index) {
    Block& block = blocks_[index];
    LaneMask any = 0;
    for (uint32_t row = 0; row < tracker.rows(); ++row) {
      block.dirty[row] = tracker.drain_block(row, index) & block.active;
      any |= block.dirty[row];
    }
    if (any != 0 || (has_fresh_ && block.active != 0)) due_blocks->push_back(index);
  }
}

CycleReport Scan::cycle(double now_ms) {
  for (BlockResult& result : results_) result.clear();
  drain(&due_);
  const auto work = [&](uint32_t item, uint32_t thread) { scan_block(due_[item], thread, now_ms, true); };
  pool_.run(static_cast<uint32_t>(due_.size()), work, kInlineBelow);
  sweep_.run(store_, blocks_);
  packer_.pack(traders_, results_, now_ms, &deltas_);
  CycleReport report;
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
  address("lanesTickerVersion", blocks_[0].ticker_version);
  number("lanesTickerStride", sizeof(Block));
  address("lanesNow", series_[0].now);
  address("lanesNowVersion", series_[0].version);
  number("lanesNowStride", sizeof(SeriesLanes));
  number("lanesPerBlock", kLanes);
}

Status Scan::evaluate(const filter::Tree& tree, uint32_t base, std::vector<double>* values) {
  Result<Expression> added = plan_.add({&tree, 1}, Way::now, base);
  if (!added.ok()) return added.error();
  compile();
  for (Block& block : blocks_) std::fill_n(block.dirty, kMaxRows, LaneMask{0});
  const auto work = [&](uint32_t item, uint32_t thread) { scan_block(item, thread, 0, false); };
  pool_.run(blocks_count_, work, kInlineBelow);
  const NodeId root = added.value().roots[0];
  Trader probe;
  probe.columns.push_back(compiler_.now_of(root));
  probe.condition_columns.push_back(plan_.node(root).type == filter::Type::condition);
  values->clear();
  for (uint32_t slot = 0; slot < store_.layout().max_symbols; ++slot) {
    read_columns(probe, slot / kLanes, slot % kLanes, values);
  }
  plan_.clear_fresh();
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
  Stepper stepper(store_, block_index, block);
  stepper.restart(program, lane_bit(lane), stepping);
  stepper.run(program, lane_bit(lane), stepping,
              [&](LaneMask, const double*, LaneMask) { read_columns(probe, block_index, lane, values); });
  plan_.remove(expression);
  return std::nullopt;
}

}  // namespace tickscan::scan
