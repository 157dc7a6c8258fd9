// The tables of fields, and optimal string alignment distance for the nearest name.
#include "filter/names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "filter/functions.h"

namespace tickscan::filter {

namespace {

constexpr std::string_view kSeries[] = {"open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4"};
static_assert(std::size(kSeries) == static_cast<size_t>(SeriesField::ohlc4) + 1);

constexpr std::string_view kTicker[] = {
    "last",       "bid",    "ask", "open_24h", "high_24h", "low_24h", "volume_24h", "quote_volume_24h",
    "change_24h", "spread",
};
static_assert(std::size(kTicker) == static_cast<size_t>(TickerField::spread) + 1);

// The stored fields must stand in the order of their slots: the scan uses the one as the other.
constexpr std::string_view kStored[] = {
#define TICKSCAN_TICKER(name, js_name) #name,
#include "market/fields.def"
#undef TICKSCAN_TICKER
};
constexpr bool stored_fields_agree() {
  for (size_t i = 0; i < static_cast<size_t>(TickerField::spread); ++i) {
    if (kTicker[i] != kStored[i]) return false;
  }
  return true;
}
static_assert(stored_fields_agree());

int index_of(std::span<const std::string_view> names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

constexpr size_t kLongestName = 32;  // longer words are no misspelt names

// One mistake in three letters, at most three: more and the suggestion is a different word.
size_t allowed_mistakes(size_t letters) { return std::min<size_t>(letters / 3, 3); }

// Edit distance in which swapping two neighbours counts once (`ris` for `rsi`).
// Requires: both at most kLongestName letters.
size_t mistakes(std::string_view a, std::string_view b) {
  std::array<std::array<size_t, kLongestName + 1>, kLongestName + 1> cost;
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const size_t wrong = a[i - 1] == b[j - 1] ? 0 : 1;
      size_t best = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + wrong});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = std::min(best, cost[i - 2][j - 2] + 1);
      }
      cost[i][j] = best;
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::span<const std::string_view> series_names() { return kSeries; }
std::span<const std::string_view> ticker_names() { return kTicker; }

Meaning find_name(std::string_view name, Rows rows) {
  if (const int i = index_of(kSeries, name); i >= 0) {
    return {NameKind::series, static_cast<uint32_t>(i)};
  }
  if (const int i = index_of(kTicker, name); i >= 0) {
    return {NameKind::ticker, static_cast<uint32_t>(i)};
  }
  if (const int i = find_function(name); i >= 0) return {NameKind::function, static_cast<uint32_t>(i)};
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& aliases = rows[i].aliases;
    if (rows[i].name == name || std::find(aliases.begin(), aliases.end(), name) != aliases.end())
      return {NameKind::indicator, static_cast<uint32_t>(i)};
  }
  return {};
}

std::string lower_case(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > kLongestName) return {};
  const std::string lower = lower_case(word);
  std::string_view nearest;
  size_t least = allowed_mistakes(word.size()) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const size_t count = mistakes(lower, candidate);
    if (count < least) {
      least = count;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string_view nearest_known_name(std::string_view word, Rows rows) {
  std::vector<std::string_view> candidates;
  candidates.insert(candidates.end(), std::begin(kSeries), std::end(kSeries));
  candidates.insert(candidates.end(), std::begin(kTicker), std::end(kTicker));
  for (const indicator::Indicator& row : rows) {
    candidates.push_back(row.name);
    candidates.insert(candidates.end(), row.aliases.begin(), row.aliases.end());
  }
  for (const Function& row : functions()) candidates.push_back(row.name);
  return nearest_name(word, candidates);
}

}  // namespace tickscan::filter
