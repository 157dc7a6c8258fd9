// The engine's functions for JavaScript: the only file that knows Embind. Free functions on the one engine
// of this module instance; plain objects in and out; errors travel as values.
//
// Called by the engine worker's thread only. Offsets returned here are addresses in the shared memory and
// valid until the next call.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "market/interval.h"

namespace {

using emscripten::val;
using tickscan::Error;
using tickscan::Status;
using tickscan::engine::Engine;

std::unique_ptr<Engine> the_engine;
std::vector<double> values;

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

val add_symbol(const std::string& name) {
  const auto added = the_engine->add_symbol(name);
  if (!added.ok()) return failed(added.error());
  val result = succeeded();
  result.set("key", added.value());
  return result;
}

val add_trader(const val& from) {
  tickscan::engine::TraderSpec spec;
  spec.id = from["id"].as<std::string>();
  spec.filter = from["filter"].as<std::string>();
  spec.interval = from["interval"].as<std::string>();
  spec.on_close = from["on"].as<std::string>() == "close";
  spec.column_names = emscripten::vecFromJSArray<std::string>(from["columns"]);
  spec.column_filters = emscripten::vecFromJSArray<std::string>(from["columnFilters"]);
  const auto added = the_engine->add_trader(spec);
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

val cycle(double now_ms) {
  const tickscan::engine::Cycle done = the_engine->cycle(now_ms);
  const tickscan::scan::PackedDeltas& deltas = the_engine->scan().deltas();
  val result = val::object();
  result.set("cycle", done.number);
  result.set("epoch", done.epoch);
  result.set("updatedSymbols", done.report.updated_symbols);
  result.set("skippedSymbols", done.report.skipped_symbols);
  result.set("filtersRun", static_cast<double>(done.report.filters_run));
  result.set("filtersSkipped", static_cast<double>(done.report.filters_skipped));
  result.set("elapsedUs", done.elapsed_us);
  result.set("pending", false);
  result.set("damaged", done.report.ingested.damaged);
  result.set("wordsOffset", address(deltas.words.data()));
  result.set("wordsCount", static_cast<double>(deltas.words.size()));
  result.set("valuesOffset", address(deltas.values.data()));
  result.set("valuesCount", static_cast<double>(deltas.values.size()));
  return result;
}

val values_of(const Status& status) {
  if (status) return failed(*status);
  val result = succeeded();
  result.set("offset", address(values.data()));
  result.set("count", static_cast<double>(values.size()));
  return result;
}

val evaluate(const val& from) {
  return values_of(
      the_engine->evaluate(from["filter"].as<std::string>(), from["interval"].as<std::string>(), &values));
}

val series(const val& from) {
  return values_of(the_engine->series(from["filter"].as<std::string>(), from["interval"].as<std::string>(),
                                      from["slot"].as<unsigned>(), &values));
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
  emscripten::function("addTrader", &add_trader);
  emscripten::function(
      "removeTrader", +[](unsigned trader) { return outcome(the_engine->remove_trader(trader)); });
  emscripten::function(
      "requestSnapshot", +[](unsigned trader) { return outcome(the_engine->request_snapshot(trader)); });
  emscripten::function("cycle", &cycle);
  emscripten::function("evaluate", &evaluate);
  emscripten::function("series", &series);
  emscripten::function("status", &status);
  emscripten::function("damaged", &damaged);
  emscripten::function(
      "setIdle", +[] { return the_engine->set_idle(); });
}
