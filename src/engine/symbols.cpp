// Add, start, remove; and the session's settings.
#include "engine/symbols.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tickscan::engine {

namespace {

constexpr double kMaxCheckInterval = 1'000'000;

// Infinity turns the detection off.
bool suitable_seconds(double seconds) { return seconds >= 0; }

Error unsuitable(const char* option, double value, const char* expected) {
  return Error{
      ErrorCode::E_CONFIG, std::string(option) + " is " + std::to_string(value), std::nullopt, expected, {}};
}

}  // namespace

Symbols::Symbols(const market::Store& store, std::span<const double> lengths_ms, scan::Scan& scan,
                 session::Session& session)
    : table_(store),
      lengths_ms_(lengths_ms.begin(), lengths_ms.end()),
      scan_(scan),
      session_(session),
      started_(store.layout().max_symbols) {}

Result<market::SymbolKey> Symbols::add(const SymbolSpec& spec, std::vector<uint32_t> intervals) {
  if (!std::isnan(spec.threshold_s) && !suitable_seconds(spec.threshold_s)) {
    return unsuitable("catchupThresholdSeconds", spec.threshold_s, "a number of seconds from 0");
  }
  Result<uint32_t> added = table_.add(spec.name, spec.slot);
  if (!added.ok()) return added.error();
  if (intervals.empty()) {
    intervals.resize(lengths_ms_.size());
    std::iota(intervals.begin(), intervals.end(), 0U);
  }
  const uint32_t shortest =
      *std::min_element(intervals.begin(), intervals.end(),
                        [&](uint32_t a, uint32_t b) { return lengths_ms_[a] < lengths_ms_[b]; });
  const uint32_t slot = added.value();
  scan_.use_slot(slot);
  constexpr double kMsPerSecond = 1000;
  session_.monitor().add(slot, shortest, spec.threshold_s * kMsPerSecond);
  session_.monitor().set_priority(slot, priority_.count(spec.name) > 0);
  return table_.key(slot);
}

Status Symbols::resume(market::SymbolKey key, bool late, bool stalled, double lag_ms, double now_ms) {
  Result<uint32_t> slot = table_.find(key);
  if (!slot.ok()) return slot.error();
  session_.monitor().resume(slot.value(), late, stalled, lag_ms, now_ms);
  return std::nullopt;
}

Status Symbols::start(market::SymbolKey key) {
  Result<uint32_t> slot = table_.find(key);
  if (!slot.ok()) return slot.error();
  if (started_[slot.value()]) return std::nullopt;
  started_[slot.value()] = true;
  table_.start(slot.value());
  scan_.activate(slot.value());
  return std::nullopt;
}

Status Symbols::remove(market::SymbolKey key) {
  Result<uint32_t> slot = table_.find(key);
  if (!slot.ok()) return slot.error();
  started_[slot.value()] = false;
  scan_.deactivate(slot.value());
  session_.monitor().remove(slot.value());
  // Last: from here on the slot may be given away.
  table_.remove(slot.value());
  return std::nullopt;
}

Status Symbols::configure(const SessionConfig& config) {
  if (config.threshold_s && !suitable_seconds(*config.threshold_s)) {
    return unsuitable("catchupThresholdSeconds", *config.threshold_s, "a number of seconds from 0");
  }
  if (config.stalled_after_s && !suitable_seconds(*config.stalled_after_s)) {
    return unsuitable("stalledAfterSeconds", *config.stalled_after_s, "a number of seconds from 0");
  }
  if (config.check_interval) {
    const double klines = *config.check_interval;
    if (!(klines >= 1 && klines <= kMaxCheckInterval && std::floor(klines) == klines)) {
      return unsuitable("catchupCheckInterval", klines, "a whole number of klines from 1 to 1000000");
    }
  }
  constexpr double kMsPerSecond = 1000;
  session::LagMonitor& monitor = session_.monitor();
  if (config.threshold_s) monitor.set_threshold(*config.threshold_s * kMsPerSecond);
  if (config.stalled_after_s) monitor.set_stalled_after(*config.stalled_after_s * kMsPerSecond);
  if (config.check_interval) monitor.set_check_interval(static_cast<uint32_t>(*config.check_interval));
  if (config.scope) session_.set_scope(*config.scope);
  if (config.priority_symbols) {
    priority_ = {config.priority_symbols->begin(), config.priority_symbols->end()};
    for (uint32_t slot = 0; slot < table_.end(); ++slot) {
      if (table_.in_use(slot)) monitor.set_priority(slot, priority_.count(table_.name(slot)) > 0);
    }
  }
  return std::nullopt;
}

}  // namespace tickscan::engine
