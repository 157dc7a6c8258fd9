// Runs tests/filters/*.test (the format is in the README there), and the example of every function.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "filter/functions.h"
#include "scan/scan_fixture.h"

namespace tickscan::scan::testing {
namespace {

class File {
 public:
  explicit File(const std::filesystem::path& path) : name_(path.filename().string()), stream_(path) {}

  void run() {
    std::string line;
    while (std::getline(stream_, line)) {
      ++number_;
      const size_t end = line.find_last_not_of(" \r");
      if (end == std::string::npos || line[0] == '#') continue;
      take(line.substr(0, end + 1));
      if (::testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(checks_, 0) << name_ << " checks nothing";
  }

 private:
  static bool starts(const std::string& line, const std::string& word, std::string& rest) {
    if (line != word && !line.starts_with(word + " ")) return false;
    rest = line.substr(std::min(line.size(), word.size() + 1));
    return true;
  }

  void take(const std::string& line) {
    SCOPED_TRACE(name_ + ":" + std::to_string(number_) + ": " + line);
    std::string rest;
    if (starts(line, "klines", rest)) {
      world_ = std::make_unique<World>(1);
      start_klines(rest);
    } else if (starts(line, "and klines", rest)) {
      start_klines(rest);
    } else if (starts(line, "params", rest)) {
      read_params(rest);
    } else if (starts(line, "filter", rest)) {
      evaluate(rest);
    } else if (starts(line, "error", rest)) {
      text_ = rest;
      failed_ = world_->engine->series(rest, interval_, params_, 0, &values_);
      ASSERT_TRUE(failed_) << "was taken";
    } else if (starts(line, "expect", rest)) {
      ++checks_;
      failed_ ? expect_error(rest) : expect_values(rest);
    } else {
      read_kline(line);
    }
  }

  void start_klines(const std::string& interval) {
    const auto& names = world_->interval_names;
    const auto found = std::find(names.begin(), names.end(), interval);
    ASSERT_NE(found, names.end());
    interval_ = interval;
    index_ = static_cast<uint32_t>(found - names.begin());
    count_ = 0;
  }

  void read_params(const std::string& text) {
    params_.clear();
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      ASSERT_NE(equals, std::string::npos);
      params_.emplace_back(word.substr(0, equals), std::strtod(word.c_str() + equals + 1, nullptr));
    }
  }

  void read_kline(const std::string& line) {
    std::istringstream words(line);
    double open = 0, high = 0, low = 0, close = 0, volume = 0;
    ASSERT_TRUE(words >> open >> high >> low >> close >> volume) << "neither a kline nor a known line";
    const double open_time = world_->lengths[index_] * count_++;
    market::Kline one = kline(open_time, open, high, low, close, volume);
    ASSERT_EQ(world_->writer->update_kline(0, index_, one, true), market::WriteResult::written);
  }

  void evaluate(const std::string& line) {
    const size_t other = line.find(" @@ ");
    text_ = line.substr(0, other);
    const std::string base = other == std::string::npos ? interval_ : line.substr(other + 4);
    world_->engine->cycle(0);
    failed_ = world_->engine->series(text_, base, params_, 0, &values_);
    ASSERT_FALSE(failed_) << failed_->message;
  }

  void expect_error(const std::string& wanted) {
    std::string place;
    if (failed_->position) {
      place = " " + std::to_string(failed_->position->line) + ":" + std::to_string(failed_->position->column);
    }
    EXPECT_EQ(error_name(failed_->code) + place, wanted) << failed_->message;
    failed_.reset();
  }

  void expect_values(const std::string& wanted) {
    std::istringstream words(wanted);
    size_t at = 0;
    for (std::string word; words >> word; ++at) {
      ASSERT_LT(at, values_.size()) << text_;
      const double value = values_[at];
      if (word == "?") {
        EXPECT_FALSE(std::isfinite(value)) << text_ << " at kline " << at << " is " << value;
        continue;
      }
      const double expected = std::strtod(word.c_str(), nullptr);
      EXPECT_LE(std::fabs(value - expected), 1e-12 * std::fabs(expected))
          << text_ << " at kline " << at << " is " << value << ", not " << expected;
      if (std::isnan(value)) ADD_FAILURE() << text_ << " at kline " << at << " is unknown, not " << expected;
    }
    EXPECT_EQ(at, values_.size()) << text_;
  }

  std::string name_;
  std::ifstream stream_;
  int number_ = 0;
  int checks_ = 0;
  std::unique_ptr<World> world_ = std::make_unique<World>(1);
  std::string interval_ = "1m";
  uint32_t index_ = 0;
  uint32_t count_ = 0;
  engine::FilterParams params_;
  std::string text_;
  std::vector<double> values_;
  Status failed_;
};

TEST(FilterFiles, GiveWhatTheyExpect) {
  const std::filesystem::path folder = std::filesystem::path(TICKSCAN_SOURCE_DIR) / "tests" / "filters";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    ++files;
    File(entry.path()).run();
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(files, 0);
}

TEST(FilterFiles, EveryFunctionHasAnExampleThatUsesItAndRuns) {
  World world(1);
  std::vector<double> values;
  for (const filter::Function& row : filter::functions()) {
    EXPECT_NE(row.example.find(std::string(row.name) + "("), std::string_view::npos) << row.name;
    const Status failed = world.engine->series(std::string(row.example), "1m", {}, 0, &values);
    EXPECT_FALSE(failed) << row.example << ": " << failed->message;
    EXPECT_EQ(world.tree(std::string(row.example), 0, filter::Want::condition).nodes.back().type,
              filter::Type::condition);
  }
}

TEST(FilterFiles, NoIndicatorHidesAFunction) {
  for (const indicator::Indicator& row : indicator::indicators()) {
    EXPECT_LT(filter::find_function(row.name), 0) << row.name;
    for (const std::string_view alias : row.aliases) EXPECT_LT(filter::find_function(alias), 0) << alias;
  }
}

}  // namespace
}  // namespace tickscan::scan::testing
