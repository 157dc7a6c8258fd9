// Configuration, symbols, traders and the calls of one message each.
#include "engine/engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "filter/compile.h"
#include "market/interval.h"

namespace tickscan::engine {

namespace {

constexpr uint64_t kMiB = 1024 * 1024;
constexpr double kMaxGateMs = 366.0 * 24 * 60 * 60 * 1000;
constexpr uint64_t kMaxTraderBytes = 1024 * kMiB;
// The module's data and main stack, and room for what is small: plans, names, results.
constexpr uint64_t kBaseBytes = 4 * kMiB;
constexpr uint64_t kThreadBytes = 320 * 1024;
// Enough for about 300 nodes over all symbols.
constexpr uint64_t kTraderBytesPerBlock = 512 * 1024;
constexpr size_t kAlignment = 64;

Error bad_config(const std::string& message, const std::string& expected) {
  return Error{ErrorCode::E_CONFIG, message, std::nullopt, expected, {}};
}

Status check(const char* option, double value, double least, double most) {
  if (value >= least && value <= most && std::floor(value) == value) return std::nullopt;
  return bad_config(std::string(option) + " is " + std::to_string(value),
                    "a whole number from " + std::to_string(static_cast<int64_t>(least)) + " to " +
                        std::to_string(static_cast<int64_t>(most)));
}

std::byte* aligned(std::vector<std::byte>& bytes, uint64_t size) {
  bytes.resize(static_cast<size_t>(size) + kAlignment);
  const auto start = reinterpret_cast<uintptr_t>(bytes.data());
  return bytes.data() + (kAlignment - start % kAlignment) % kAlignment;
}

}  // namespace

Result<MemoryNeed> Engine::measure(const EngineConfig& config) {
  Result<market::Config> market_config =
      market::make_config(config.max_symbols, config.max_klines, config.intervals);
  if (!market_config.ok()) return market_config.error();
  if (Status bad = check("maxTraders", config.max_traders, 1, market::kMaxTraders)) return *bad;
  if (Status bad = check("threads", config.threads, 1, market::kMaxThreads)) return *bad;
  if (Status bad = check("traderBytes", config.trader_bytes, 0, static_cast<double>(kMaxTraderBytes)))
    return *bad;
  const market::Layout layout(market_config.value());
  MemoryNeed need;
  need.market = layout.bytes + kAlignment;
  need.tracking = layout.tracking_bytes();
  need.traders = static_cast<uint64_t>(config.trader_bytes);
  if (need.traders == 0) need.traders = std::max<uint64_t>(kMiB, layout.row_words / 2 * kTraderBytesPerBlock);
  need.scan = scan::Scan::bytes_for(layout.max_symbols, layout.interval_count,
                                    static_cast<uint32_t>(config.max_traders));
  // Warm-ups keep a copy of the states they read, once per thread.
  need.other = kBaseBytes + static_cast<uint64_t>(config.threads) * kThreadBytes + need.traders / 8;
  return need;
}

Result<std::unique_ptr<Engine>> Engine::create(const EngineConfig& config) {
  Result<MemoryNeed> need = measure(config);
  if (!need.ok()) return need.error();
  const market::Config market_config =
      market::make_config(config.max_symbols, config.max_klines, config.intervals).value();
  std::unique_ptr<Engine> engine(new Engine());
  for (const uint32_t row : market_config.intervals) {
    engine->intervals_.push_back(market::intervals()[row].name);
    engine->lengths_ms_.push_back(static_cast<double>(market::intervals()[row].length_ms));
  }
  const market::Layout layout(market_config);
  engine->store_ = std::make_unique<market::Store>(layout, aligned(engine->region_, layout.bytes));
  engine->store_->initialise();
  engine->arena_ = std::make_unique<Arena>(aligned(engine->arena_bytes_, need.value().traders),
                                           static_cast<size_t>(need.value().traders));
  engine->scan_ = std::make_unique<scan::Scan>(*engine->store_, engine->lengths_ms_, *engine->arena_,
                                               static_cast<uint32_t>(config.max_traders),
                                               static_cast<uint32_t>(config.threads));
  engine->session_ = std::make_unique<session::Session>(*engine->store_, engine->lengths_ms_);
  engine->symbols_ =
      std::make_unique<Symbols>(*engine->store_, engine->lengths_ms_, *engine->scan_, *engine->session_);
  return engine;
}

Engine::~Engine() = default;

Result<market::SymbolKey> Engine::add_symbol(const SymbolSpec& spec) {
  std::vector<uint32_t> intervals;
  for (const std::string& name : spec.intervals) {
    Result<uint32_t> interval = interval_index(name);
    if (!interval.ok()) return interval.error();
    intervals.push_back(interval.value());
  }
  return symbols_->add(spec, intervals);
}

Result<uint32_t> Engine::interval_index(const std::string& name) const {
  if (name.empty()) return 0U;
  const auto found = std::find(intervals_.begin(), intervals_.end(), name);
  if (found != intervals_.end()) return static_cast<uint32_t>(found - intervals_.begin());
  std::string configured;
  for (const std::string_view one : intervals_)
    configured += (configured.empty() ? "" : " ") + std::string(one);
  return Error{ErrorCode::E_INTERVAL,
               "the interval '" + name + "' is not configured",
               std::nullopt,
               "one of " + configured,
               {}};
}

Result<filter::Tree> Engine::compile(const std::string& text, uint32_t interval, const FilterParams& params,
                                     filter::Want want) const {
  std::vector<filter::Parameter> parameters;
  for (const auto& [name, value] : params) parameters.push_back({name, value});
  if (Status bad = filter::check_params(parameters)) return *bad;
  filter::Context context;
  context.intervals = intervals_;
  context.default_interval = interval;
  context.params = parameters;
  return filter::compile(text, context, want);
}

Result<TraderAck> Engine::add_trader(const TraderSpec& spec) {
  const auto known = trader_ids_.find(spec.id);
  if (known != trader_ids_.end() && scan_->trader(known->second) != nullptr &&
      scan_->trader(known->second)->id == spec.id) {
    return Error{ErrorCode::E_DUPLICATE, "the trader '" + spec.id + "' exists already", std::nullopt, {}, {}};
  }
  Result<scan::TraderOptions> options = options_of(spec);
  if (!options.ok()) return options.error();
  Result<std::vector<filter::Tree>> trees = trees_of(spec, options.value().base);
  if (!trees.ok()) return trees.error();
  Result<uint32_t> added = scan_->add_trader(spec.id, trees.value(), options.value());
  if (!added.ok()) return added.error();
  trader_ids_[spec.id] = added.value();
  return ack_of(added.value(), spec);
}

Result<TraderAck> Engine::update_trader(uint32_t trader, const TraderSpec& spec) {
  Result<scan::TraderOptions> options = options_of(spec);
  if (!options.ok()) return options.error();
  Result<std::vector<filter::Tree>> trees = trees_of(spec, options.value().base);
  if (!trees.ok()) return trees.error();
  if (Status bad = scan_->update_trader(trader, trees.value(), options.value())) return *bad;
  return ack_of(trader, spec);
}

Result<scan::TraderOptions> Engine::options_of(const TraderSpec& spec) const {
  Result<uint32_t> interval = interval_index(spec.interval);
  if (!interval.ok()) return interval.error();
  const auto suitable = [](double ms) { return ms >= 0 && ms <= kMaxGateMs; };
  if (!suitable(spec.cooldown_ms)) {
    return bad_config("cooldown is " + std::to_string(spec.cooldown_ms), "ms from 0 to 366 days");
  }
  if (!suitable(spec.refresh_ms)) {
    return bad_config("refresh is " + std::to_string(spec.refresh_ms), "ms from 0 to 366 days");
  }
  if (spec.on_close && spec.refresh_ms > 0) {
    return bad_config("refresh stands beside on: 'close'",
                      "refresh for on: 'tick' only: a close is decided once");
  }
  scan::TraderOptions options;
  options.on_close = spec.on_close;
  options.base = interval.value();
  options.enabled = spec.enabled;
  options.gate = {spec.cooldown_ms, spec.refresh_ms,
                  *std::max_element(lengths_ms_.begin(), lengths_ms_.end())};
  return options;
}

Result<std::vector<filter::Tree>> Engine::trees_of(const TraderSpec& spec, uint32_t interval) const {
  constexpr size_t kMaxColumns = 16;
  if (spec.column_filters.size() > kMaxColumns) {
    return Error{ErrorCode::E_LIMIT,
                 std::to_string(spec.column_filters.size()) + " columns",
                 std::nullopt,
                 "at most 16 columns per trader",
                 {}};
  }
  std::vector<filter::Tree> trees;
  Result<filter::Tree> tree = compile(spec.filter, interval, spec.params, filter::Want::condition);
  if (!tree.ok()) return tree.error();
  trees.push_back(std::move(tree.value()));
  for (size_t i = 0; i < spec.column_filters.size(); ++i) {
    Result<filter::Tree> column = compile(spec.column_filters[i], interval, spec.params, filter::Want::any);
    if (!column.ok()) {
      Error error = column.error();
      error.message = "column '" + spec.column_names[i] + "': " + error.message;
      return error;
    }
    trees.push_back(std::move(column.value()));
  }
  return trees;
}

TraderAck Engine::ack_of(uint32_t trader, const TraderSpec& spec) const {
  const scan::Expression& expression = scan_->trader(trader)->expression;
  TraderAck ack;
  ack.trader = trader;
  ack.cost = expression.cost;
  ack.replayable = spec.on_close && (expression.rows & 1) == 0;
  for (uint32_t i = 0; i < intervals_.size(); ++i) {
    if ((expression.reads >> i & 1) != 0) ack.warmup.emplace_back(intervals_[i], expression.warmup[i]);
  }
  ack.missing = missing_symbols(expression.reads);
  return ack;
}

std::vector<std::string> Engine::missing_symbols(uint32_t reads) const {
  std::vector<std::string> missing;
  const market::SymbolTable& symbols = symbols_->table();
  for (uint32_t slot = 0; slot < symbols.end(); ++slot) {
    for (uint32_t i = 0; i < intervals_.size(); ++i) {
      if ((reads >> i & 1) == 0 || !symbols.in_use(slot)) continue;
      const market::SeriesRecord& series = store_->series(slot, i);
      if (series.closed_count.load(std::memory_order_relaxed) > 0) continue;
      if (series.box.version.load(std::memory_order_relaxed) > 0) continue;
      missing.push_back(symbols.name(slot));
      break;
    }
  }
  return missing;
}

Status Engine::request_snapshot(uint32_t trader) {
  if (Status bad = check_trader(trader)) return bad;
  scan_->want_snapshot(trader);
  return std::nullopt;
}

Status Engine::check_trader(uint32_t trader) const {
  if (scan_->trader(trader) != nullptr) return std::nullopt;
  return Error{ErrorCode::E_TRADER, "no trader " + std::to_string(trader), std::nullopt, {}, {}};
}

Status Engine::resume_trader(uint32_t trader, std::span<const double> decided, std::vector<scan::Told> told) {
  if (Status bad = check_trader(trader)) return bad;
  const uint32_t slots = store_->layout().max_symbols;
  std::erase_if(told, [slots](const scan::Told& one) { return one.slot >= slots; });
  const auto before = [](const scan::Told& a, const scan::Told& b) { return a.slot < b.slot; };
  std::sort(told.begin(), told.end(), before);
  scan_->resume(trader, decided, std::move(told));
  return std::nullopt;
}

int32_t Engine::timeline_of(uint32_t trader) const {
  const scan::Trader* found = scan_->trader(trader);
  return found != nullptr && found->on_close && found->enabled ? found->expression.timeline : -1;
}

Status Engine::decided(uint32_t trader, std::vector<double>* times) const {
  if (Status bad = check_trader(trader)) return bad;
  scan_->decided(trader, times);
  return std::nullopt;
}

Status Engine::entered(uint32_t trader, std::vector<double>* times) {
  auto memory = trader_memory(trader);
  if (!memory.ok()) return memory.error();
  *times = std::move(memory.value().entered_ms);
  return std::nullopt;
}

Status Engine::set_batch_symbols(double symbols) {
  if (Status bad = check("batchSymbols", symbols, 1, market::kMaxSymbols)) return bad;
  scan_->set_batch_symbols(static_cast<uint32_t>(symbols));
  return std::nullopt;
}

Cycle Engine::cycle(double now_ms, scan::Start start) {
  const auto begun = std::chrono::steady_clock::now();
  Cycle done;
  symbols_->reclaim();
  done.report = scan_->cycle(now_ms, start, [&] {
    session_->update(scan_->blocks(), now_ms);
    if (session_->resync()) scan_->want_snapshots();
  });
  done.number = ++cycles_;
  done.epoch = store_->tracker().epoch();
  store_->control().heartbeat.fetch_add(1, std::memory_order_relaxed);
  totals_.updated_symbols += done.report.updated_symbols;
  totals_.filters_run += done.report.filters_run;
  totals_.filters_skipped += done.report.filters_skipped;
  totals_.ingested.scanned += done.report.ingested.scanned;
  totals_.ingested.coalesced += done.report.ingested.coalesced;
  totals_.delta_entries += done.report.sizes.delta_entries;
  totals_.delta_bytes += done.report.sizes.delta_bytes;
  if (!done.report.pending) {
    totals_.full_entries += done.report.sizes.full_entries;
    totals_.full_bytes += done.report.sizes.full_bytes;
  }
  done.elapsed_us =
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count();
  return done;
}

Status Engine::evaluate(const std::string& text, const std::string& interval, const FilterParams& params,
                        std::vector<double>* values) {
  Result<uint32_t> base = interval_index(interval);
  if (!base.ok()) return base.error();
  Result<filter::Tree> tree = compile(text, base.value(), params, filter::Want::any);
  if (!tree.ok()) return tree.error();
  return scan_->evaluate(tree.value(), base.value(), values);
}

Status Engine::series(const std::string& text, const std::string& interval, const FilterParams& params,
                      uint32_t slot, std::vector<double>* values) {
  Result<uint32_t> base = interval_index(interval);
  if (!base.ok()) return base.error();
  if (!symbols_->table().in_use(slot)) {
    return Error{
        ErrorCode::E_SYMBOL, "no symbol has the index " + std::to_string(slot), std::nullopt, {}, {}};
  }
  Result<filter::Tree> tree = compile(text, base.value(), params, filter::Want::any);
  if (!tree.ok()) return tree.error();
  const bool reads_ticker =
      std::any_of(tree.value().nodes.begin(), tree.value().nodes.end(),
                  [](const filter::Node& node) { return node.op == filter::Op::ticker; });
  if (reads_ticker) {
    return Error{ErrorCode::E_TYPE,
                 "ticker fields have no history",
                 std::nullopt,
                 "an expression over klines alone",
                 {}};
  }
  return scan_->history(tree.value(), base.value(), slot, values);
}

}  // namespace tickscan::engine
