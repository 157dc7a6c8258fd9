// The engine's functions for JavaScript: the only file that knows Embind. Free functions on the one engine
// of this module instance; plain objects in and out; errors travel as values.
//
// Called by the engine worker's thread only. Offsets returned here are addresses in the shared memory and
// valid until the next call.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cycle_numbers.h"
#include "engine/engine.h"
#include "filter/compile.h"
#include "filter/functions.h"
#include "filter/names.h"
#include "filter/operators.h"
#include "market/interval.h"

namespace {

using emscripten::val;
using tickscan::Error;
using tickscan::Status;
using tickscan::engine::Engine;

std::unique_ptr<Engine> the_engine;
std::vector<double> values;
tickscan::bindings::CycleRow cycle_row;

double address(const void* pointer) { return static_cast<double>(reinterpret_cast<uintptr_t>(pointer)); }

val failed(const Error& error) {
  val details = val::object();
  details.set("code", std::string(tickscan::error_name(error.code)));
  details.set("message", error.message);
  if (error.position) {
    val position = val::object();
    position.set("offset", error.position->offset);
    position.set("line", error.position->line);
    position.set("column", error.position->column);
    details.set("position", position);
  }
  if (!error.expected.empty()) details.set("expected", error.expected);
  if (!error.hint.empty()) details.set("hint", error.hint);
  if (!error.excerpt.empty()) details.set("excerpt", error.excerpt);
  val result = val::object();
  result.set("ok", false);
  result.set("error", details);
  return result;
}

val succeeded() {
  val result = val::object();
  result.set("ok", true);
  return result;
}

val outcome(const Status& status) { return status ? failed(*status) : succeeded(); }

tickscan::engine::EngineConfig config_of(const val& from) {
  tickscan::engine::EngineConfig config;
  config.max_symbols = from["maxSymbols"].as<double>();
  config.max_klines = from["maxKlines"].as<double>();
  config.max_traders = from["maxTraders"].as<double>();
  config.intervals = emscripten::vecFromJSArray<std::string>(from["intervals"]);
  config.threads = from["threads"].as<double>();
  config.trader_bytes = from["traderBytes"].as<double>();
  return config;
}

val measure(const val& config) {
  const auto need = Engine::measure(config_of(config));
  if (!need.ok()) return failed(need.error());
  const tickscan::engine::MemoryNeed& bytes = need.value();
  val result = succeeded();
  result.set("bytes", static_cast<double>(bytes.total()));
  result.set("marketBytes", static_cast<double>(bytes.market));
  result.set("trackingBytes", static_cast<double>(bytes.tracking));
  result.set("traderBytes", static_cast<double>(bytes.traders));
  result.set("scanBytes", static_cast<double>(bytes.scan));
  result.set("otherBytes", static_cast<double>(bytes.other));
  return result;
}

val create(const val& config) {
  auto made = Engine::create(config_of(config));
  if (!made.ok()) return failed(made.error());
  the_engine = std::move(made.value());
  return succeeded();
}

void destroy() { the_engine.reset(); }

val layout() {
  val result = val::object();
  const auto& store = the_engine->store();
  store.layout().for_each(reinterpret_cast<uintptr_t>(store.region()),
                          [&](const char* name, double number) { result.set(name, number); });
  the_engine->scan().for_each_address([&](const char* name, double number) { result.set(name, number); });
  return result;
}

val interval_table() {
  val result = val::array();
  unsigned row = 0;
  for (const auto& interval : tickscan::market::intervals()) {
    val one = val::object();
    one.set("name", std::string(interval.name));
    one.set("ms", static_cast<double>(interval.length_ms));
    result.set(row++, one);
  }
  return result;
}

// Keys are doubles here: 13 bits of slot and the generation.
tickscan::market::SymbolKey key_of(double key) {
  return key >= 0 ? static_cast<tickscan::market::SymbolKey>(key) : ~tickscan::market::SymbolKey{0};
}

// { symbol, intervals, threshold: seconds or NaN, slot?: where it is to be }
val add_symbol(const val& from) {
  tickscan::engine::SymbolSpec spec;
  spec.name = from["symbol"].as<std::string>();
  spec.intervals = emscripten::vecFromJSArray<std::string>(from["intervals"]);
  spec.threshold_s = from["threshold"].as<double>();
  if (!from["slot"].isUndefined()) spec.slot = from["slot"].as<unsigned>();
  const auto added = the_engine->add_symbol(spec);
  if (!added.ok()) return failed(added.error());
  val result = succeeded();
  result.set("key", static_cast<double>(added.value()));
  return result;
}

// { key, late, stalled, lagMs, now }
val resume_symbol(const val& from) {
  return outcome(the_engine->resume_symbol(key_of(from["key"].as<double>()), from["late"].as<bool>(),
                                           from["stalled"].as<bool>(), from["lagMs"].as<double>(),
                                           from["now"].as<double>()));
}

std::optional<double> given_number(const val& from, const char* name) {
  if (from[name].isUndefined()) return std::nullopt;
  return from[name].as<double>();
}

// What is undefined stays as it is.
val configure_session(const val& from) {
  tickscan::engine::SessionConfig config;
  config.threshold_s = given_number(from, "catchupThresholdSeconds");
  config.check_interval = given_number(from, "catchupCheckInterval");
  config.stalled_after_s = given_number(from, "stalledAfterSeconds");
  if (!from["scope"].isUndefined()) {
    const bool by_symbol = from["scope"].as<std::string>() == "symbol";
    config.scope = by_symbol ? tickscan::session::Scope::symbol : tickscan::session::Scope::session;
  }
  if (!from["prioritySymbols"].isUndefined()) {
    config.priority_symbols = emscripten::vecFromJSArray<std::string>(from["prioritySymbols"]);
  }
  return outcome(the_engine->configure_session(config));
}

// Who may act, who is late, and how late everybody was.
val session() {
  const tickscan::session::Session& from = the_engine->session();
  const auto& monitor = from.monitor();
  const auto& symbols = the_engine->symbols();
  val lagging = val::array();
  val muted = val::array();
  val lags = val::array();
  unsigned lagging_count = 0;
  unsigned muted_count = 0;
  unsigned lag_count = 0;
  for (uint32_t slot = 0; slot < symbols.end(); ++slot) {
    if (!symbols.in_use(slot)) continue;
    const uint32_t block = slot / tickscan::kLanes;
    const auto has = [&](tickscan::LaneMask lanes) { return (lanes >> (slot % tickscan::kLanes) & 1) != 0; };
    if (has(from.muted(block))) muted.set(muted_count++, slot);
    if (monitor.counted(slot) == 0) continue;
    val one = val::object();
    one.set("slot", slot);
    one.set("lagMs", monitor.lag_ms(slot));
    one.set("lagMsMax", monitor.lag_ms_max(slot));
    lags.set(lag_count++, one);
    if (!has(monitor.lagging()[block])) continue;
    one.set("stalled", has(monitor.stalled()[block]));
    lagging.set(lagging_count++, one);
  }
  val result = val::object();
  result.set("active", from.active());
  result.set("scope", std::string(from.scope() == tickscan::session::Scope::symbol ? "symbol" : "session"));
  result.set("lagging", lagging);
  result.set("muted", muted);
  result.set("lags", lags);
  result.set("inactiveMs", from.inactive_ms());
  result.set("activations", from.activations());
  return result;
}

tickscan::engine::FilterParams params_of(const val& from) {
  const auto names = emscripten::vecFromJSArray<std::string>(from["paramNames"]);
  const auto numbers = emscripten::vecFromJSArray<double>(from["paramValues"]);
  tickscan::engine::FilterParams params;
  for (size_t i = 0; i < names.size(); ++i) params.emplace_back(names[i], numbers[i]);
  return params;
}

tickscan::engine::TraderSpec spec_of(const val& from) {
  tickscan::engine::TraderSpec spec;
  spec.id = from["id"].as<std::string>();
  spec.filter = from["filter"].as<std::string>();
  spec.interval = from["interval"].as<std::string>();
  spec.on_close = from["on"].as<std::string>() == "close";
  spec.column_names = emscripten::vecFromJSArray<std::string>(from["columns"]);
  spec.column_filters = emscripten::vecFromJSArray<std::string>(from["columnFilters"]);
  spec.params = params_of(from);
  spec.enabled = from["enabled"].as<bool>();
  spec.cooldown_ms = from["cooldown"].as<double>();
  spec.refresh_ms = from["refresh"].as<double>();
  return spec;
}

val acknowledged(const tickscan::Result<tickscan::engine::TraderAck>& added) {
  if (!added.ok()) return failed(added.error());
  const tickscan::engine::TraderAck& ack = added.value();
  val result = succeeded();
  result.set("trader", ack.trader);
  result.set("cost", ack.cost);
  result.set("replayable", ack.replayable);
  val warmup = val::object();
  for (const auto& [interval, klines] : ack.warmup) warmup.set(interval, klines);
  result.set("warmup", warmup);
  result.set("missing", val::array(ack.missing));
  return result;
}

val add_trader(const val& from) { return acknowledged(the_engine->add_trader(spec_of(from))); }

val update_trader(unsigned trader, const val& from) {
  return acknowledged(the_engine->update_trader(trader, spec_of(from)));
}

val strings(std::span<const std::string_view> from) {
  val list = val::array();
  for (size_t i = 0; i < from.size(); ++i) list.set(i, std::string(from[i]));
  return list;
}

val described_function(const tickscan::filter::Function& row) {
  val one = val::object();
  one.set("name", std::string(row.name));
  one.set("title", std::string(row.title));
  one.set("signature", tickscan::filter::signature(row));
  one.set("condition", row.result == tickscan::filter::Type::condition);
  one.set("example", std::string(row.example));
  return one;
}

val described_indicator(const tickscan::indicator::Indicator& row) {
  val params = val::array();
  for (size_t i = 0; i < row.params.size(); ++i) {
    const tickscan::indicator::Param& param = row.params[i];
    val one = val::object();
    one.set("name", std::string(param.name));
    one.set("default", param.default_value);
    one.set("least", param.least);
    one.set("most", param.most);
    one.set("whole", param.whole);
    params.set(i, one);
  }
  val one = val::object();
  one.set("name", std::string(row.name));
  one.set("title", std::string(row.title));
  one.set("signature", tickscan::filter::signature(row));
  one.set("aliases", strings(row.aliases));
  one.set("inputs", strings(row.inputs));
  one.set("params", params);
  one.set("outputs", strings(row.outputs));
  double defaults[tickscan::indicator::kMaxParams] = {};
  for (size_t i = 0; i < row.params.size(); ++i) defaults[i] = row.params[i].default_value;
  one.set("lookback", row.kernel->lookback(defaults));
  one.set("unstable", row.unstable_period(defaults));
  one.set("example", std::string(row.example));
  return one;
}

// Everything that a filter may be made of; needs no engine.
val describe_filters() {
  val operators = val::array();
  unsigned at = 0;
  for (const tickscan::filter::Operator& row : tickscan::filter::operators()) {
    val one = val::object();
    one.set("symbol", std::string(row.symbol));
    one.set("operands", static_cast<unsigned>(row.operand_count));
    one.set("level", static_cast<unsigned>(row.level));
    one.set("condition", row.result == tickscan::filter::Type::condition);
    operators.set(at++, one);
  }
  val functions = val::array();
  at = 0;
  for (const auto& row : tickscan::filter::functions()) functions.set(at++, described_function(row));
  val indicators = val::array();
  at = 0;
  for (const auto& row : tickscan::indicator::indicators()) indicators.set(at++, described_indicator(row));
  val limits = val::object();
  limits.set("textBytes", tickscan::filter::kMaxTextBytes);
  limits.set("depth", tickscan::filter::kMaxDepth);
  limits.set("nodes", tickscan::filter::kMaxNodes);
  limits.set("period", tickscan::filter::kMaxPeriod);
  val result = succeeded();
  result.set("series", strings(tickscan::filter::series_names()));
  result.set("tickerFields", strings(tickscan::filter::ticker_names()));
  result.set("operators", operators);
  result.set("functions", functions);
  result.set("indicators", indicators);
  result.set("limits", limits);
  return result;
}

// Whether a text would be taken, over intervals that the caller configures; needs no engine.
val validate_filter(const val& from) {
  using namespace tickscan::filter;
  const auto names = emscripten::vecFromJSArray<std::string>(from["intervals"]);
  const std::vector<std::string_view> intervals(names.begin(), names.end());
  const auto given = params_of(from);
  std::vector<Parameter> params;
  for (const auto& [name, value] : given) params.push_back({name, value});
  if (const Status bad = check_params(params)) return failed(*bad);
  const std::string text = from["filter"].as<std::string>();
  const Context context{intervals, from["base"].as<unsigned>(), params};
  const auto tree = compile(text, context, from["expression"].as<bool>() ? Want::any : Want::condition);
  if (!tree.ok()) return failed(tree.error());
  val reads = val::array();
  unsigned count = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto& nodes = tree.value().nodes;
    const bool read = std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
      return node.op == Op::series && static_cast<size_t>(node.interval) == i;
    });
    if (read) reads.set(count++, names[i]);
  }
  const Node& root = tree.value().nodes[static_cast<size_t>(tree.value().root)];
  val result = succeeded();
  result.set("type", std::string(root.type == Type::condition ? "condition" : "number"));
  result.set("nodes", static_cast<unsigned>(tree.value().nodes.size()));
  result.set("intervals", reads);
  return result;
}

// One slice of a cycle; `anew`: with a new change set, whatever the last slice left included. Leaves its numbers.
void cycle(double now_ms, bool anew) {
  using tickscan::scan::Start;
  const tickscan::engine::Cycle done = the_engine->cycle(now_ms, anew ? Start::anew : Start::go_on);
  tickscan::bindings::fill(&cycle_row, done, *the_engine);
}

// Where a cycle leaves its numbers, and what they are called.
val cycle_numbers() {
  val names = val::array();
  unsigned at = 0;
  for (const auto& row : tickscan::bindings::kCycleNumbers) names.set(at++, std::string(row.name));
  val result = succeeded();
  result.set("names", names);
  result.set("offset", address(cycle_row.data()));
  return result;
}

// Typed arrays or arrays of numbers. `told`: the slots of closes that are known outside, then their times.
val restore_trader(unsigned trader, const val& slots, const val& entered, const val& decided,
                   const val& told) {
  tickscan::scan::TraderMemory memory;
  memory.matches = emscripten::convertJSArrayToNumberVector<uint32_t>(slots);
  memory.entered_ms = emscripten::convertJSArrayToNumberVector<double>(entered);
  if (const Status bad = the_engine->restore_trader(trader, memory)) return failed(*bad);
  const auto times = emscripten::convertJSArrayToNumberVector<double>(decided);
  const auto numbers = emscripten::convertJSArrayToNumberVector<double>(told);
  const size_t count = numbers.size() / 2;
  std::vector<tickscan::scan::Told> known;
  for (size_t i = 0; i < count; ++i) {
    known.push_back({static_cast<uint32_t>(numbers[i]), numbers[count + i]});
  }
  return outcome(the_engine->resume_trader(trader, times, std::move(known)));
}

val values_of(const Status& status) {
  if (status) return failed(*status);
  val result = succeeded();
  result.set("offset", address(values.data()));
  result.set("count", static_cast<double>(values.size()));
  return result;
}

val evaluate(const val& from) {
  return values_of(the_engine->evaluate(from["filter"].as<std::string>(), from["interval"].as<std::string>(),
                                        params_of(from), &values));
}

val series(const val& from) {
  return values_of(the_engine->series(from["filter"].as<std::string>(), from["interval"].as<std::string>(),
                                      params_of(from), from["slot"].as<unsigned>(), &values));
}

// Series that were given up: [{ slot, interval }], interval an index.
val damaged() {
  val result = val::array();
  unsigned index = 0;
  for (const auto& [slot, interval] : the_engine->scan().damaged()) {
    val one = val::object();
    one.set("slot", slot);
    one.set("interval", interval);
    result.set(index++, one);
  }
  return result;
}

val status() {
  val result = val::object();
  const auto number = [&](const char* name, auto value) { result.set(name, static_cast<double>(value)); };
  const auto& store = the_engine->store();
  number("cycle", the_engine->cycles());
  number("epoch", store.control().epoch.load());
  number("symbols", the_engine->scan().symbol_count());
  number("waitingSlots", the_engine->symbols().waiting());
  number("traders", the_engine->scan().trader_count());
  number("nodes", the_engine->scan().node_count());
  number("threads", the_engine->scan().threads());
  number("traderBytesUsed", the_engine->arena().bytes_used());
  number("traderBytesTotal", the_engine->arena().bytes_total());
  number("regionBytes", store.layout().bytes);
  number("trackingBytes", store.layout().tracking_bytes());
  number("sweepFound", the_engine->scan().sweep_found());
  number("scannedWrites", the_engine->totals().ingested.scanned);
  number("coalescedWrites", the_engine->totals().ingested.coalesced);
  number("damagedSeries", the_engine->scan().damaged().size());
  number("unscanned", the_engine->scan().unscanned());
  number("updatedSymbols", the_engine->totals().updated_symbols);
  number("filtersRun", the_engine->totals().filters_run);
  number("filtersSkipped", the_engine->totals().filters_skipped);
  number("deltaEntries", the_engine->totals().delta_entries);
  number("fullEntries", the_engine->totals().full_entries);
  number("deltaBytes", the_engine->totals().delta_bytes);
  number("fullBytes", the_engine->totals().full_bytes);
  return result;
}

}  // namespace

EMSCRIPTEN_BINDINGS(tickscan) {
  emscripten::function("measure", &measure);
  emscripten::function("create", &create);
  emscripten::function("destroy", &destroy);
  emscripten::function("layout", &layout);
  emscripten::function("intervalTable", &interval_table);
  emscripten::function("addSymbol", &add_symbol);
  emscripten::function(
      "startSymbol", +[](double key) { return outcome(the_engine->start_symbol(key_of(key))); });
  emscripten::function(
      "removeSymbol", +[](double key) { return outcome(the_engine->remove_symbol(key_of(key))); });
  emscripten::function("resumeSymbol", &resume_symbol);
  emscripten::function(
      "resumeSession", +[] {
        the_engine->resume_session();
        return succeeded();
      });
  emscripten::function("configureSession", &configure_session);
  emscripten::function("session", &session);
  emscripten::function("addTrader", &add_trader);
  emscripten::function("updateTrader", &update_trader);
  emscripten::function(
      "setTracking", +[](bool on) { the_engine->set_tracking(on); });
  emscripten::function(
      "setBatchSymbols", +[](double symbols) { return outcome(the_engine->set_batch_symbols(symbols)); });
  emscripten::function(
      "removeTrader", +[](unsigned trader) { return outcome(the_engine->remove_trader(trader)); });
  emscripten::function(
      "requestSnapshot", +[](unsigned trader) { return outcome(the_engine->request_snapshot(trader)); });
  emscripten::function(
      "recover", +[] { the_engine->recover(); });
  emscripten::function("restoreTrader", &restore_trader);
  emscripten::function(
      "timelineOf", +[](unsigned trader) { return the_engine->timeline_of(trader); });
  emscripten::function(
      "decided", +[](unsigned trader) { return values_of(the_engine->decided(trader, &values)); });
  emscripten::function(
      "entered", +[](unsigned trader) { return values_of(the_engine->entered(trader, &values)); });
  emscripten::function("describeFilters", &describe_filters);
  emscripten::function("validateFilter", &validate_filter);
  emscripten::function("cycle", &cycle);
  emscripten::function("cycleNumbers", &cycle_numbers);
  emscripten::function("evaluate", &evaluate);
  emscripten::function("series", &series);
  emscripten::function("status", &status);
  emscripten::function("damaged", &damaged);
  emscripten::function(
      "setIdle", +[] { return the_engine->set_idle(); });
}
