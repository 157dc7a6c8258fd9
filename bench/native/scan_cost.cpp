// What a cycle of the real engine costs, in the scenarios that the figures in ARCHITECTURE.md speak of. The same program
// is built natively and as WebAssembly (run by Node), so that the two stand beside each other.
//
//   scan_cost [NAME…]      only the scenarios whose name begins with one of the names
//
// Writes go through the market writer and are not timed; a cycle's time is the engine's own elapsed_us. Prints rows of
// JSON: the median and the least of the rounds, because on a shared machine the median says what was there and the
// least what the code costs; and the median of the processor time of all threads (of wall time in WebAssembly).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "market/writer.h"

namespace {

using tickscan::engine::Engine;
using tickscan::engine::EngineConfig;
using tickscan::engine::TraderSpec;
using tickscan::market::Kline;
using tickscan::market::kTickerFields;
using tickscan::market::Writer;

constexpr double kMinute = 60'000;

class Noise {
 public:
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11) / 9007199254740992.0;
  }

 private:
  uint64_t state_ = 1;
};

// An engine with history, and its one writer.
class World {
 public:
  World(uint32_t symbols, uint32_t klines, uint32_t threads, uint32_t max_traders = 1024)
      : prices_(symbols, 100) {
    EngineConfig config;
    config.max_symbols = symbols;
    config.max_klines = klines;
    config.max_traders = max_traders;
    config.intervals = {"1m"};
    config.threads = threads;
    config.trader_bytes = 256 << 20;
    engine_ = std::move(Engine::create(config).value());
    writer_ = std::make_unique<Writer>(engine_->store(), 0);
    writer_->interval_ms = {kMinute};
    for (uint32_t slot = 0; slot < symbols; ++slot) {
      const double no_threshold = std::numeric_limits<double>::quiet_NaN();
      (void)engine_->start_symbol(
          engine_->add_symbol({"S" + std::to_string(slot), {}, no_threshold}).value());
      std::vector<Kline> history;
      for (uint32_t n = 0; n < klines; ++n) history.push_back(kline(slot, n * kMinute));
      (void)writer_->load_history(slot, 0, history);
    }
    next_open_ = klines * kMinute;
    (void)engine_->cycle(1);
  }

  uint32_t add(const std::string& filter, bool on_close = false) {
    TraderSpec spec;
    spec.id = "T" + std::to_string(added_++);
    spec.filter = filter;
    spec.interval = "1m";
    spec.on_close = on_close;
    auto ack = engine_->add_trader(spec);
    if (!ack.ok()) {
      std::fprintf(stderr, "%s: %s\n", filter.c_str(), ack.error().message.c_str());
      std::abort();
    }
    return ack.value().trader;
  }
  void remove(uint32_t trader) { (void)engine_->remove_trader(trader); }

  // 8 shared indicators: ema 20 50 100 200, rsi 7 14 21, macd.
  void add_shared(uint32_t traders, bool on_close = false) {
    constexpr int kEmas[] = {20, 50, 100, 200};
    constexpr int kRsis[] = {7, 14, 21};
    for (uint32_t t = 0; t < traders; ++t) {
      add("rsi(" + std::to_string(kRsis[t % 3]) + ") < " + std::to_string(50 + t % 10) + " and close > ema(" +
              std::to_string(kEmas[t % 4]) + ") and macd(12, 26, 9).hist > 0",
          on_close);
    }
  }
  // Windows, exact sums and ranges: what keeps more state than a recursion.
  void add_windows(uint32_t traders) {
    constexpr int kPeriods[] = {10, 20, 50};
    for (uint32_t t = 0; t < traders; ++t) {
      const std::string period = std::to_string(kPeriods[t % 3]);
      add("close > sma(" + period + ") and close < bbands(" + period + ", 2, 2).upper and stoch(" + period +
          ", 3, 0, 3, 0).k < " + std::to_string(60 + t % 10) + " and atr(14) > 0.01 * close");
    }
  }

  void tick(uint32_t slot) {
    double fields[kTickerFields];
    std::fill(std::begin(fields), std::end(fields), 1.0);
    fields[tickscan::market::ticker_last] = prices_[slot];
    (void)writer_->update_ticker(slot, fields);
  }
  void live(uint32_t slot) { (void)writer_->update_kline(slot, 0, kline(slot, next_open_), false); }
  void close_all() {
    for (uint32_t slot = 0; slot < prices_.size(); ++slot)
      (void)writer_->update_kline(slot, 0, kline(slot, next_open_), true);
    next_open_ += kMinute;
  }

  Engine& engine() { return *engine_; }
  [[nodiscard]] uint32_t symbols() const { return static_cast<uint32_t>(prices_.size()); }
  double cycle() {
    const auto done = engine_->cycle(++now_);
    filters_run = done.report.filters_run;
    delta_words = engine_->scan().deltas().words.size();
    return done.elapsed_us;
  }

  uint64_t filters_run = 0;
  size_t delta_words = 0;

 private:
  Kline kline(uint32_t slot, double open_time) {
    const double open = prices_[slot];
    const double close = open * (1 + (noise_.next() - 0.5) * 0.004);
    prices_[slot] = close;
    return {{open_time, open, std::max(open, close) * 1.001, std::min(open, close) * 0.999, close,
             1 + noise_.next()}};
  }

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Writer> writer_;
  std::vector<double> prices_;
  Noise noise_;
  double next_open_ = 0;
  double now_ = 1;
  uint32_t added_ = 0;
};

std::vector<std::string> wanted;

bool chosen(const std::string& name) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& prefix) {
           return name.compare(0, prefix.size(), prefix) == 0;
         });
}

double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

void print(const std::string& name, const std::vector<double>& us, const std::vector<double>& cpu_us,
           double filters, double words) {
  std::printf(
      "{\"scenario\":\"%s\",\"unit\":\"us\",\"median\":%.1f,\"least\":%.1f,\"cpu\":%.1f,"
      "\"filtersRun\":%.0f,\"deltaWords\":%.0f}\n",
      name.c_str(), median(us), *std::min_element(us.begin(), us.end()), median(cpu_us), filters, words);
  std::fflush(stdout);
}

// Rounds of: write (not timed), then whatever returns its time in µs.
template <typename Write, typename Timed>
void measure(const std::string& name, World& world, uint32_t rounds, Write write, Timed timed) {
  std::vector<double> us;
  std::vector<double> cpu_us;
  double filters = 0;
  double words = 0;
  for (uint32_t round = 0; round < rounds + rounds / 10 + 1; ++round) {
    write(round);
    const std::clock_t start = std::clock();
    const double spent = timed();
    const double cpu = static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC;
    if (round <= rounds / 10) continue;
    us.push_back(spent);
    cpu_us.push_back(cpu);
    filters += static_cast<double>(world.filters_run);
    words += static_cast<double>(world.delta_words);
  }
  print(name, us, cpu_us, filters / rounds, words / rounds);
}

template <typename Write>
void cycles(const std::string& name, World& world, uint32_t rounds, Write write) {
  measure(name, world, rounds, write, [&] { return world.cycle(); });
}

template <typename F>
double timed_us(F f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

void ticks(const std::string& name, World& world, uint32_t rounds, uint32_t every, uint32_t below) {
  cycles(name, world, rounds, [&](uint32_t) {
    for (uint32_t slot = 0; slot < below; slot += every) {
      world.live(slot);
      world.tick(slot);
    }
  });
}

void tick_scenarios(uint32_t rounds) {
  World world(1000, 300, 1);
  const uint32_t all = world.symbols();
  ticks("S1 no traders", world, rounds, 1, all);
  world.add_shared(100);
  (void)world.cycle();
  ticks("S1", world, rounds, 1, all);
  cycles("S1 klines only", world, rounds, [&](uint32_t) {
    for (uint32_t slot = 0; slot < all; ++slot) world.live(slot);
  });
  cycles("S1 tickers only", world, rounds, [&](uint32_t) {
    for (uint32_t slot = 0; slot < all; ++slot) world.tick(slot);
  });
  ticks("S2 10% clustered", world, rounds, 1, all / 10);
  ticks("S2 10% scattered", world, rounds, 10, all);
  ticks("S2 1% clustered", world, rounds, 1, all / 100);
  ticks("S2 1% scattered", world, rounds, 100, all);
  cycles("S2 nothing dirty", world, rounds, [](uint32_t) {});
}

void close_scenarios(uint32_t rounds, uint32_t threads) {
  const std::string suffix = threads == 1 ? "" : " " + std::to_string(threads) + " threads";
  World world(1000, 300, threads);
  world.add_shared(100);
  (void)world.cycle();
  cycles("S4" + suffix, world, rounds, [&](uint32_t) { world.close_all(); });
  ticks("S8 S1" + suffix, world, rounds, 1, world.symbols());
}

void add_scenarios(uint32_t rounds, uint32_t threads) {
  const std::string suffix = threads == 1 ? "" : " " + std::to_string(threads) + " threads";
  World world(1000, 500, threads);
  world.add_shared(100);
  (void)world.cycle();
  uint32_t trader = 0;
  measure(
      "S5" + suffix, world, rounds,
      [&](uint32_t round) {
        if (round > 0) world.remove(trader);
      },
      [&] {
        return timed_us([&] {
          trader = world.add("rsi(9) < 40 and close > ema(33) and macd(5, 35, 5).hist > 0");
          (void)world.cycle();
        });
      });
  measure(
      "S5 windows" + suffix, world, rounds, [&](uint32_t) { world.remove(trader); },
      [&] {
        return timed_us([&] {
          trader = world.add(
              "close > sma(20) and close < bbands(20, 2, 2).upper and stoch(14, 3, 0, 3, 0).k < 30");
          (void)world.cycle();
        });
      });
}

void plan_scenarios(uint32_t rounds) {
  World world(1000, 300, 1);
  // Little in common: about 3,000 nodes.
  for (uint32_t t = 0; t < 999; ++t) {
    world.add("rsi(" + std::to_string(5 + t % 20) + ") < " + std::to_string(20 + 0.05 * t) +
              " and close > ema(" + std::to_string(5 + t % 50) + ") * " + std::to_string(1 + 0.001 * t));
  }
  (void)world.cycle();
  uint32_t trader = world.add("rsi(7) < 50");
  (void)world.cycle();
  const auto nothing = [](uint32_t) {};
  measure(
      "plan remove one of 1000", world, rounds,
      [&](uint32_t round) {
        if (round > 0) trader = world.add("rsi(7) < 50 and close > ema(50)");
        (void)world.cycle();
      },
      [&] { return timed_us([&] { world.remove(trader); }); });
  measure(
      "plan add one to 999", world, rounds,
      [&](uint32_t round) {
        if (round > 0) world.remove(trader);
      },
      [&] { return timed_us([&] { trader = world.add("rsi(7) < 50 and close > ema(50)"); }); });
  measure(
      "plan add and first cycle", world, rounds, [&](uint32_t) { world.remove(trader); },
      [&] {
        return timed_us([&] {
          trader = world.add("rsi(7) < 50 and close > ema(50)");
          (void)world.cycle();
        });
      });
  cycles("plan idle cycle", world, rounds, nothing);
}

void memory(uint32_t symbols) {
  EngineConfig config;
  config.max_symbols = symbols;
  config.max_klines = 500;
  config.max_traders = 256;
  config.intervals = {"1m", "5m", "15m", "1h"};
  const auto need = Engine::measure(config).value();
  const auto mib = [](uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  std::printf(
      "{\"scenario\":\"S10 %u symbols\",\"unit\":\"MiB\",\"total\":%.2f,\"market\":%.2f,\"traders\":%.2f,"
      "\"scan\":%.2f,\"other\":%.2f}\n",
      symbols, mib(need.total()), mib(need.market), mib(need.traders), mib(need.scan), mib(need.other));
}

}  // namespace

int main(int argc, char** argv) {
  wanted.assign(argv + 1, argv + argc);
  if (chosen("S1") || chosen("S2")) tick_scenarios(400);
  if (chosen("windows")) {
    World world(1000, 300, 1);
    world.add_windows(100);
    (void)world.cycle();
    ticks("windows tick", world, 200, 1, world.symbols());
    cycles("windows close", world, 100, [&](uint32_t) { world.close_all(); });
  }
  if (chosen("S3")) {
    World world(5000, 250, 1);
    world.add_shared(200);
    (void)world.cycle();
    ticks("S3", world, 100, 1, world.symbols());
  }
  if (chosen("close")) {
    World world(1000, 300, 1);
    world.add_shared(100, true);
    (void)world.cycle();
    cycles("close S4, 100 traders on close", world, 200, [&](uint32_t) { world.close_all(); });
  }
  if (chosen("S4")) close_scenarios(200, 1);
  if (chosen("S5")) add_scenarios(11, 1);
  if (chosen("S8")) close_scenarios(200, 2);
  if (chosen("S8")) add_scenarios(11, 2);
  if (chosen("plan")) plan_scenarios(50);
  if (chosen("S10")) {
    memory(100);
    memory(1000);
  }
  return 0;
}
