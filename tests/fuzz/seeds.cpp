// Writes what the fuzzer starts from: a dictionary of all that filters are written with, from the language's tables,
// and a corpus of the filters in tests/filters/*.test, the functions' examples and a call of every indicator.
//   tickscan_fuzz_seeds <folder of .test files> <dictionary to write> <corpus folder to write>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "filter/functions.h"
#include "filter/names.h"
#include "filter/operators.h"
#include "indicator/registry.h"

namespace {

using namespace tickscan;

std::set<std::string> words() {
  std::set<std::string> all{"(",  ")", "[",   "]",    ",",    ":",     ".",      "@", "#",
                            "//", "1", "0.5", "5000", "1e-6", "1e308", "-1e308", "\n"};
  for (const filter::Operator& row : filter::operators()) all.insert(" " + std::string(row.symbol) + " ");
  for (const std::string_view name : filter::series_names()) all.emplace(name);
  for (const std::string_view name : filter::ticker_names()) all.emplace(name);
  for (const char* interval : {"1m", "3m", "5m", "60m"}) all.insert("@" + std::string(interval));
  for (const indicator::Indicator& row : indicator::indicators()) {
    all.insert(std::string(row.name) + "(");
    for (const std::string_view alias : row.aliases) all.insert(std::string(alias) + "(");
    for (const indicator::Param& param : row.params) all.insert(std::string(param.name) + ": ");
    for (const std::string_view output : row.outputs) all.insert("." + std::string(output));
  }
  for (const filter::Function& row : filter::functions()) {
    all.insert(std::string(row.name) + "(");
    for (const filter::FunctionArgument& argument : row.arguments) {
      if (argument.kind == filter::ArgumentKind::whole) all.insert(std::string(argument.name) + ": ");
    }
  }
  return all;
}

// libFuzzer's form: quoted, with bytes that are no plain letters as \xNN.
std::string entry(const std::string& word) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char one : word) {
    const auto byte = static_cast<unsigned char>(one);
    if (byte < ' ' || byte > '~' || one == '"' || one == '\\') {
      quoted += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
    } else {
      quoted += one;
    }
  }
  return quoted + "\"";
}

std::set<std::string> filters(const std::filesystem::path& folder) {
  std::set<std::string> all;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".test") continue;
    std::ifstream stream(file.path());
    for (std::string line; std::getline(stream, line);) {
      for (const std::string word : {"filter ", "error "}) {
        if (line.starts_with(word)) all.insert(line.substr(0, line.find(" @@ ")).substr(word.size()));
      }
    }
  }
  for (const filter::Function& row : filter::functions()) all.emplace(row.example);
  for (const indicator::Indicator& row : indicator::indicators()) {
    for (const std::string_view output : row.outputs) {
      all.insert(std::string(row.name) + "()." + std::string(output) + "@3m > close[1]");
    }
  }
  return all;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "usage: tickscan_fuzz_seeds <tests/filters> <dictionary> <corpus folder>\n";
    return 1;
  }
  std::ofstream dictionary(arguments[2]);
  for (const std::string& word : words()) dictionary << entry(word) << "\n";
  const std::filesystem::path corpus(arguments[3]);
  std::filesystem::create_directories(corpus);
  size_t seeds = 0;
  for (const std::string& text : filters(arguments[1])) {
    std::ofstream(corpus / ("seed-" + std::to_string(seeds++))) << text;
  }
  std::cout << words().size() << " words, " << seeds << " seeds\n";
  return dictionary.good() && seeds > 0 ? 0 : 1;
}
