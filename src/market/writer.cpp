// The rules of a write; DESIGN's "gaps and late data" and "corrections" in code.
#include "market/writer.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace tickscan::market {

namespace {

bool valid(const Kline& kline) {
  for (const double field : kline.fields) {
    if (!std::isfinite(field)) return false;
  }
  return kline.fields[kline_volume] >= 0 && kline.fields[kline_high] >= kline.fields[kline_low];
}

// NaN is a field that is not given; at least one besides the time must be. Comparisons with NaN are false.
bool valid(const double (&ticker)[kTickerFields]) {
  bool given = false;
  for (uint32_t i = 0; i < kTickerFields; ++i) {
    if (std::isinf(ticker[i])) return false;
    given = given || (i != ticker_time && !std::isnan(ticker[i]));
  }
  return given && !(ticker[ticker_volume_24h] < 0) && !(ticker[ticker_quote_volume_24h] < 0) &&
         !(ticker[ticker_high_24h] < ticker[ticker_low_24h]);
}

bool equal(const Kline& a, const Kline& b) {
  return std::equal(std::begin(a.fields), std::end(a.fields), std::begin(b.fields));
}

bool older(const Kline& a, const Kline& b) { return a.open_time() < b.open_time(); }

// Open times may be any finite numbers, and the klines missing between two of them more than a counter holds.
int32_t saturated(double count) {
  return static_cast<int32_t>(std::clamp<double>(count, 0, std::numeric_limits<int32_t>::max()));
}

// The counters of a series have one writer, so load and store need no read-modify-write.
void add(std::atomic<int32_t>& counter, double amount) {
  counter.store(saturated(counter.load(std::memory_order_relaxed) + amount), std::memory_order_relaxed);
}

}  // namespace

bool Writer::enter(SymbolKey key) {
  const auto slot = static_cast<uint32_t>(key % kMaxSymbols);
  writing_->store(static_cast<int32_t>(slot) + 1, std::memory_order_seq_cst);
  // Sequentially consistent on both sides: either this look sees that the symbol was removed, or the removal sees
  // that somebody writes.
  const int32_t generation = store_.symbol(slot).generation.load(std::memory_order_seq_cst);
  if (static_cast<uint32_t>(generation) == key / kMaxSymbols) return true;
  leave();
  return false;
}

// Release: every store of the write comes before.
void Writer::leave() { writing_->store(0, std::memory_order_release); }

bool Writer::claim(MailboxHeader& box) {
  int32_t owner = box.owner.load(std::memory_order_relaxed);
  if (owner == id_) return true;
  // Acquire: the previous owner's last stores to the record are seen before ours are made.
  return owner == 0 && box.owner.compare_exchange_strong(owner, id_, std::memory_order_acq_rel);
}

void Writer::release(MailboxHeader& box) {
  int32_t mine = id_;
  box.owner.compare_exchange_strong(mine, 0, std::memory_order_acq_rel);
}

WriteResult Writer::update_ticker(SymbolKey key, const double (&fields)[kTickerFields]) {
  if (!valid(fields)) return WriteResult::invalid;
  if (!enter(key)) return WriteResult::removed;
  const WriteResult result = write_ticker(static_cast<uint32_t>(key % kMaxSymbols), fields);
  leave();
  return result;
}

WriteResult Writer::write_ticker(uint32_t slot, const double (&fields)[kTickerFields]) {
  TickerRecord& record = store_.ticker(slot);
  if (!claim(record.box)) return WriteResult::owned;
  const double* before = record.slots[record.box.published_slot()];
  double* mine = record.slots[record.box.private_slot()];
  for (uint32_t i = 0; i < kTickerFields; ++i) mine[i] = std::isnan(fields[i]) ? before[i] : fields[i];
  record.box.publish();
  tracker_.mark(0, slot);
  return WriteResult::written;
}

WriteResult Writer::update_kline(SymbolKey key, uint32_t interval, const Kline& kline, bool closed) {
  if (!valid(kline)) return WriteResult::invalid;
  if (!enter(key)) return WriteResult::removed;
  const auto slot = static_cast<uint32_t>(key % kMaxSymbols);
  WriteResult result = WriteResult::owned;
  if (claim(store_.series(slot, interval).box)) {
    result = closed ? write_closed(slot, interval, kline) : write_live(slot, interval, kline);
  }
  leave();
  return result;
}

WriteResult Writer::write_live(uint32_t slot, uint32_t interval, const Kline& kline) {
  SeriesRecord& record = store_.series(slot, interval);
  const KlineRing ring = store_.ring(slot, interval);
  const uint32_t count = ring.count();
  const double live = record.slots[record.box.published_slot()][kline_open_time];
  const double last = count == 0 ? kUnknown : ring.open_time_guess(count - 1);
  // Comparisons with NaN are false: an empty series has no live and no closed kline to be late against.
  if (kline.open_time() <= last || kline.open_time() < live) {
    add(record.late, 1);
    return WriteResult::late;
  }
  if (live < kline.open_time() && !(live <= last)) add(record.dropped, 1);
  double* mine = record.slots[record.box.private_slot()];
  std::copy(std::begin(kline.fields), std::end(kline.fields), mine);
  record.box.publish();
  tracker_.mark(1 + interval, slot);
  return WriteResult::written;
}

WriteResult Writer::write_closed(uint32_t slot, uint32_t interval, const Kline& kline) {
  SeriesRecord& record = store_.series(slot, interval);
  KlineRing ring = store_.ring(slot, interval);
  const uint32_t count = ring.count();
  const double last = count == 0 ? kUnknown : ring.open_time_guess(count - 1);
  if (count == 0 || last < kline.open_time()) {
    if (count > 0) add(record.gaps, missing_between(interval, last, kline.open_time()));
    const double live = record.slots[record.box.published_slot()][kline_open_time];
    if (live < kline.open_time() && !(live <= last)) add(record.dropped, 1);
    ring.append(kline);
    // What falls out of a full ring takes the gap behind it along: counted are gaps between kept klines.
    if (count >= ring.max_klines()) {
      const uint32_t gone = count - ring.max_klines();
      add(record.gaps,
          -missing_between(interval, ring.open_time_guess(gone), ring.open_time_guess(gone + 1)));
    }
    publish_marked(record, slot, interval);
    return WriteResult::written;
  }
  std::vector<Kline> kept = kept_klines(slot, interval);
  const auto place = std::lower_bound(kept.begin(), kept.end(), kline, older);
  if (place == kept.begin() && kline.open_time() < kept.front().open_time()) return WriteResult::stale;
  if (place->open_time() == kline.open_time()) {
    if (equal(*place, kline)) {
      add(record.duplicates, 1);
      return WriteResult::duplicate;
    }
    *place = kline;
    add(record.corrections, 1);
    rewrite(slot, interval, kept, count, false);
  } else {
    kept.insert(place, kline);
    rewrite(slot, interval, kept, count + 1, false);
  }
  publish_marked(record, slot, interval);
  return WriteResult::written;
}

WriteResult Writer::load_history(SymbolKey key, uint32_t interval, std::span<const Kline> klines) {
  for (size_t i = 0; i < klines.size(); ++i) {
    if (!valid(klines[i]) || (i > 0 && !older(klines[i - 1], klines[i]))) return WriteResult::invalid;
  }
  if (!enter(key)) return WriteResult::removed;
  const WriteResult result = write_history(static_cast<uint32_t>(key % kMaxSymbols), interval, klines);
  leave();
  return result;
}

WriteResult Writer::write_history(uint32_t slot, uint32_t interval, std::span<const Kline> klines) {
  SeriesRecord& record = store_.series(slot, interval);
  const bool held = record.box.owner.load(std::memory_order_relaxed) == id_;
  if (!claim(record.box)) return WriteResult::owned;
  const KlineRing ring = store_.ring(slot, interval);
  const uint32_t count = ring.count();
  const std::vector<Kline> before = kept_klines(slot, interval);
  std::vector<Kline> merged;
  // The loaded range comes first in the union, so equal open times keep the loaded values.
  std::set_union(klines.begin(), klines.end(), before.begin(), before.end(), std::back_inserter(merged),
                 older);
  const auto newer = static_cast<uint32_t>(
      before.empty() ? klines.size()
                     : static_cast<size_t>(klines.end() - std::upper_bound(klines.begin(), klines.end(),
                                                                           before.back(), older)));
  if (merged.size() > ring.max_klines()) {
    merged.erase(merged.begin(), merged.end() - static_cast<std::ptrdiff_t>(ring.max_klines()));
  }
  rewrite(slot, interval, merged, std::max(count + newer, static_cast<uint32_t>(merged.size())), true);
  publish_marked(record, slot, interval);
  if (!held) release(record.box);
  return WriteResult::written;
}

void Writer::rewrite(uint32_t slot, uint32_t interval, std::span<const Kline> kept, uint32_t count,
                     bool history) {
  SeriesRecord& record = store_.series(slot, interval);
  KlineRing ring = store_.ring(slot, interval);
  const uint32_t keep = std::min(static_cast<uint32_t>(kept.size()), ring.max_klines());
  kept = kept.last(keep);
  const int32_t revision = record.revision.load(std::memory_order_relaxed);
  // Odd before the first store and even after the last: a reader that sees either moved rebuilds. Each double
  // is stored with release, so whoever read a new one sees the odd revision when it looks again; the release
  // at the end publishes them all. It may be odd already if a writer died in a rewrite.
  const int32_t odd = (revision + 1) | 1;
  record.revision.store(odd, std::memory_order_relaxed);
  for (uint32_t i = 0; i < keep; ++i) ring.overwrite(count - keep + i, kept[i]);
  record.gaps.store(count_gaps(interval, kept), std::memory_order_relaxed);
  // Appends alone leave this as it is.
  const uint32_t before = ring.count();
  store_.loaded(slot, interval).fetch_add(static_cast<int32_t>(count - before), std::memory_order_relaxed);
  record.closed_count.store(static_cast<int32_t>(count), std::memory_order_release);
  if (history) record.history_count.store(static_cast<int32_t>(count), std::memory_order_relaxed);
  record.revision.store(odd + 1, std::memory_order_release);
}

void Writer::publish_marked(SeriesRecord& record, uint32_t slot, uint32_t interval) {
  record.box.bump_version();
  tracker_.mark(1 + interval, slot);
}

std::vector<Kline> Writer::kept_klines(uint32_t slot, uint32_t interval) const {
  const KlineRing ring = store_.ring(slot, interval);
  const uint32_t count = ring.count();
  std::vector<Kline> kept;
  for (uint32_t n = ring.oldest(count); n < count; ++n) {
    Kline kline;
    // The series' only writer reads its own ring: nobody can overtake it.
    (void)ring.read(n, ring.revision(), &kline);
    kept.push_back(kline);
  }
  return kept;
}

double Writer::missing_between(uint32_t interval, double older_time, double newer_time) const {
  return std::max(0.0, std::round((newer_time - older_time) / interval_ms[interval]) - 1);
}

int32_t Writer::count_gaps(uint32_t interval, std::span<const Kline> klines) const {
  double gaps = 0;
  for (size_t i = 1; i < klines.size(); ++i) {
    gaps += missing_between(interval, klines[i - 1].open_time(), klines[i].open_time());
  }
  return saturated(gaps);
}

}  // namespace tickscan::market
