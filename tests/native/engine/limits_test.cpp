// Every limit of the engine at the limit, one over, and a thousand times over: the first is taken, the others are
// refused with the limit's code and leave nothing behind. Limits of the text alone are tested beside the lexer, the
// parser and the checker; those of the layout beside it.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/engine.h"
#include "filter/diagnostic.h"
#include "filter/functions.h"
#include "indicator/registry.h"

namespace tickscan::engine {
namespace {

EngineConfig small(double max_klines = 100, double trader_bytes = 8 << 20) {
  EngineConfig config;
  config.max_symbols = 1;
  config.max_klines = max_klines;
  config.intervals = {"1m"};
  config.trader_bytes = trader_bytes;
  return config;
}

std::unique_ptr<Engine> made(const EngineConfig& config) {
  auto engine = Engine::create(config);
  EXPECT_TRUE(engine.ok());
  return std::move(engine.value());
}

TraderSpec trader(const std::string& id, const std::string& filter) {
  TraderSpec spec;
  spec.id = id;
  spec.filter = filter;
  return spec;
}

// The code that adding a trader is refused with, "ok" otherwise; it is removed again.
std::string outcome(Engine& engine, const TraderSpec& spec) {
  const size_t used = engine.arena().bytes_used();
  auto added = engine.add_trader(spec);
  if (!added.ok()) {
    EXPECT_EQ(engine.arena().bytes_used(), used) << "a refused trader keeps memory";
    return error_name(added.error().code);
  }
  EXPECT_FALSE(engine.remove_trader(added.value().trader));
  EXPECT_EQ(engine.arena().bytes_used(), used);
  return "ok";
}

TEST(Limits, OfAConfiguration) {
  struct Row {
    const char* name;
    double EngineConfig::*field;
    double most;
  };
  const Row rows[] = {{"maxSymbols", &EngineConfig::max_symbols, market::kMaxSymbols},
                      {"maxKlines", &EngineConfig::max_klines, market::kMaxKlines},
                      {"maxTraders", &EngineConfig::max_traders, 1024}};
  for (const Row& row : rows) {
    // Nothing is allocated for measuring.
    EngineConfig config = small();
    config.*row.field = row.most;
    EXPECT_TRUE(Engine::measure(config).ok()) << row.name;
    for (const double over : {row.most + 1, row.most * 1000}) {
      config.*row.field = over;
      const auto refused = Engine::measure(config);
      ASSERT_FALSE(refused.ok()) << row.name;
      EXPECT_EQ(refused.error().code, ErrorCode::E_CONFIG) << row.name;
      EXPECT_NE(refused.error().message.find(row.name), std::string::npos) << refused.error().message;
      EXPECT_FALSE(Engine::create(config).ok());
    }
  }
  EngineConfig config = small();
  config.intervals = {"1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h"};
  EXPECT_TRUE(Engine::measure(config).ok());
  for (const size_t count : {9, 8000}) {
    config.intervals.resize(count, "4h");
    const auto refused = Engine::measure(config);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::E_CONFIG);
  }
}

TEST(Limits, OfSymbolsAndTheirNames) {
  const auto engine = made(small());
  for (const size_t bytes : {49, 48'000}) {
    const auto refused = engine->add_symbol({std::string(bytes, 'S'), {}, kUnknown});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::E_SYMBOL);
  }
  EXPECT_TRUE(engine->add_symbol({std::string(48, 'S'), {}, kUnknown}).ok());
  for (int i = 0; i < 1000; ++i) {
    const auto refused = engine->add_symbol({"S" + std::to_string(i), {}, kUnknown});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::E_LIMIT);
  }
  EXPECT_EQ(engine->symbols().size(), 1U);
}

TEST(Limits, OfTraders) {
  EngineConfig config = small();
  config.max_traders = 1024;
  const auto engine = made(config);
  for (int i = 0; i < 1024; ++i)
    ASSERT_TRUE(engine->add_trader(trader(std::to_string(i), "close > 1")).ok()) << i;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(outcome(*engine, trader("more", "close > 1")), "E_LIMIT");
  EXPECT_EQ(engine->scan().trader_count(), 1024U);
}

TEST(Limits, OfColumns) {
  const auto engine = made(small());
  for (const auto& [count, expected] :
       {std::pair{16, "ok"}, std::pair{17, "E_LIMIT"}, std::pair{16'000, "E_LIMIT"}}) {
    TraderSpec spec = trader("t", "close > 1");
    for (int i = 0; i < count; ++i) {
      spec.column_names.push_back("c" + std::to_string(i));
      spec.column_filters.push_back("close + " + std::to_string(i));
    }
    EXPECT_EQ(outcome(*engine, spec), expected) << count;
  }
}

TEST(Limits, OfUserParameters) {
  const auto engine = made(small());
  for (const auto& [count, expected] :
       {std::pair{64, "ok"}, std::pair{65, "E_LIMIT"}, std::pair{64'000, "E_LIMIT"}}) {
    TraderSpec spec = trader("t", "close > p0");
    for (int i = 0; i < count; ++i) spec.params.emplace_back("p" + std::to_string(i), i);
    EXPECT_EQ(outcome(*engine, spec), expected) << count;
  }
}

TEST(Limits, OfTheText) {
  const auto engine = made(small());
  const std::string filter = "close > 1";
  for (const auto& [bytes, expected] :
       {std::pair{4096, "ok"}, std::pair{4097, "E_LIMIT"}, std::pair{4'096'000, "E_LIMIT"}}) {
    EXPECT_EQ(outcome(*engine, trader("t", filter + std::string(bytes - filter.size(), ' '))), expected)
        << bytes;
  }
}

TEST(Limits, OfEachParameterOfEachRow) {
  constexpr std::string_view kIntervals[] = {"1m"};
  const filter::Context context{kIntervals, 0};
  const auto compiled = [&](const std::string& text) {
    const auto tree = filter::compile(text, context, filter::Want::any);
    return tree.ok() ? std::string("ok") : std::string(error_name(tree.error().code));
  };
  const auto expect = [&](const std::string& call, double value, const char* expected) {
    const std::string text = call + filter::number_text(value) + ")";
    EXPECT_EQ(compiled(text), expected) << text;
  };
  for (const indicator::Indicator& row : indicator::indicators()) {
    for (const indicator::Param& param : row.params) {
      const std::string call = std::string(row.name) + "(" + std::string(param.name) + ": ";
      const double step = param.whole ? 1 : 1e-9;
      expect(call, param.least, "ok");
      expect(call, param.most, "ok");
      expect(call, param.least - step, "E_RANGE");
      expect(call, param.most + step, "E_RANGE");
      expect(call, param.most * 1000 + 1, "E_RANGE");
    }
  }
  for (const filter::Function& row : filter::functions()) {
    std::string call = std::string(row.name) + "(";
    for (const filter::FunctionArgument& argument : row.arguments) {
      if (argument.kind == filter::ArgumentKind::whole) {
        expect(call, argument.least, "ok");
        expect(call, filter::kMaxPeriod, "ok");
        expect(call, argument.least - 1, "E_RANGE");
        expect(call, filter::kMaxPeriod + 1, "E_RANGE");
        expect(call, filter::kMaxPeriod * 1000.0, "E_RANGE");
      }
      call += argument.kind == filter::ArgumentKind::condition ? "close > open, " : "close, ";
    }
  }
}

TEST(Limits, OfTheHistory) {
  const auto engine = made(small(5000, 64 << 20));
  EXPECT_EQ(outcome(*engine, trader("t", "close > sma(close, 5000)")), "ok");
  EXPECT_EQ(outcome(*engine, trader("t", "close > sma(close, 5000)[1]")), "E_HISTORY");
  EXPECT_EQ(outcome(*engine, trader("t", "close[5000] > 1")), "E_HISTORY");
  const auto shorter = made(small(5, 64 << 20));
  EXPECT_EQ(outcome(*shorter, trader("t", "close[4] > 1")), "ok");
  EXPECT_EQ(outcome(*shorter, trader("t", "close[5] > 1")), "E_HISTORY");
  EXPECT_EQ(outcome(*shorter, trader("t", "close[5000] > 1")), "E_HISTORY");
}

// How much a trader takes is asked of an engine with room enough.
TEST(Limits, OfTheTradersMemory) {
  const TraderSpec spec = trader("t", "close > sma(close, 50) and rsi(14) < 30");
  const auto roomy = made(small());
  ASSERT_TRUE(roomy->add_trader(spec).ok());
  const auto need = static_cast<double>(roomy->arena().bytes_used());
  EXPECT_EQ(outcome(*made(small(100, need)), spec), "ok");
  EXPECT_EQ(outcome(*made(small(100, need - 16)), spec), "E_MEMORY");
  EXPECT_EQ(outcome(*made(small(100, std::floor(need / 1000))), spec), "E_MEMORY");
}

}  // namespace
}  // namespace tickscan::engine
