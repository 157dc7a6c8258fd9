// What a cycle came to, as one row of doubles that JavaScript reads through a view of the memory: an object that is made
// value by value through Embind took as long as scanning some hundred symbols. js/core-cycle.js is the reader.
//
// Called by the engine worker's thread only.
#pragma once

#include <array>
#include <cstdint>

#include "engine/engine.h"

namespace tickscan::bindings {

// What a row's number is made of.
struct CycleSource {
  const engine::Cycle& cycle;
  const scan::CycleReport& report;
  const session::Session& session;
  const scan::PackedDeltas& deltas;
};

struct CycleNumber {
  const char* name;
  double (*of)(const CycleSource& from);
};

template <typename T>
double number(T value) {
  return static_cast<double>(value);
}

template <typename Items>
double offset(const Items& items) {
  return static_cast<double>(reinterpret_cast<uintptr_t>(items.data()));
}

// The names are those of the cycle's result in JavaScript. Conditions are 1 or 0.
inline constexpr std::array kCycleNumbers = {
    CycleNumber{"cycle", [](const CycleSource& from) { return number(from.cycle.number); }},
    CycleNumber{"epoch", [](const CycleSource& from) { return number(from.cycle.epoch); }},
    CycleNumber{"elapsedUs", [](const CycleSource& from) { return from.cycle.elapsed_us; }},
    CycleNumber{"updatedSymbols",
                [](const CycleSource& from) { return number(from.report.updated_symbols); }},
    CycleNumber{"skippedSymbols",
                [](const CycleSource& from) { return number(from.report.skipped_symbols); }},
    CycleNumber{"filtersRun", [](const CycleSource& from) { return number(from.report.filters_run); }},
    CycleNumber{"filtersSkipped",
                [](const CycleSource& from) { return number(from.report.filters_skipped); }},
    CycleNumber{"pending", [](const CycleSource& from) { return number(from.report.pending); }},
    CycleNumber{"deltaEntries",
                [](const CycleSource& from) { return number(from.report.sizes.delta_entries); }},
    CycleNumber{"fullEntries",
                [](const CycleSource& from) { return number(from.report.sizes.full_entries); }},
    CycleNumber{"deltaBytes", [](const CycleSource& from) { return number(from.report.sizes.delta_bytes); }},
    CycleNumber{"fullBytes", [](const CycleSource& from) { return number(from.report.sizes.full_bytes); }},
    CycleNumber{"damaged", [](const CycleSource& from) { return number(from.report.ingested.damaged); }},
    CycleNumber{"repaired", [](const CycleSource& from) { return number(from.report.repaired); }},
    CycleNumber{"sessionVersion", [](const CycleSource& from) { return number(from.session.version()); }},
    CycleNumber{"resync", [](const CycleSource& from) { return number(from.session.resync()); }},
    CycleNumber{"wordsOffset", [](const CycleSource& from) { return offset(from.deltas.words); }},
    CycleNumber{"wordsCount", [](const CycleSource& from) { return number(from.deltas.words.size()); }},
    CycleNumber{"valuesOffset", [](const CycleSource& from) { return offset(from.deltas.values); }},
    CycleNumber{"valuesCount", [](const CycleSource& from) { return number(from.deltas.values.size()); }},
};

using CycleRow = std::array<double, kCycleNumbers.size()>;

inline void fill(CycleRow* row, const engine::Cycle& cycle, const engine::Engine& engine) {
  const CycleSource from{cycle, cycle.report, engine.session(), engine.scan().deltas()};
  for (size_t i = 0; i < kCycleNumbers.size(); ++i) (*row)[i] = kCycleNumbers[i].of(from);
}

}  // namespace tickscan::bindings
