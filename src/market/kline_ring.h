// The closed klines of one series: an append-only ring of columns that charts, warm-ups and the scan read.
//
// The writer fills an entry and then stores closed_count with release. The ring has one entry more than
// max_klines, so the entry being written is never one of the max_klines that readers may ask for. A reader
// copies an entry and then looks at closed_count and revision again, by a read-modify-write so that the
// look cannot move before the copy: the copy counts only if the entry was not overtaken meanwhile.
//
// Reads are called by pool threads, appends by the series' one writer.
#pragma once

#include <cstdint>

#include "market/records.h"

namespace tickscan::market {

class KlineRing {
 public:
  KlineRing(SeriesRecord* record, SharedDouble* columns, uint32_t capacity)
      : record_(record), columns_(columns), capacity_(capacity) {}

  enum class Read : uint8_t { ok, lapped, rewritten };

  [[nodiscard]] uint32_t count() const {
    return static_cast<uint32_t>(record_->closed_count.load(std::memory_order_acquire));
  }
  // The oldest kline that is still kept, given a count.
  [[nodiscard]] uint32_t oldest(uint32_t count) const {
    return count > max_klines() ? count - max_klines() : 0;
  }
  // Acquire: what the ring held before the revision moved is what a reader sees when it is unchanged later.
  [[nodiscard]] int32_t revision() const { return record_->revision.load(std::memory_order_acquire); }
  [[nodiscard]] uint32_t history_count() const {
    return static_cast<uint32_t>(record_->history_count.load(std::memory_order_relaxed));
  }
  [[nodiscard]] uint32_t max_klines() const { return capacity_ - 1; }
  [[nodiscard]] uint32_t capacity() const { return capacity_; }

  // Copies kline `n` if it still is what it was at `revision`.
  Read read(uint32_t n, int32_t revision, Kline* out) const;

  // The two halves of a read, for many series at a time. Field f goes to out[f · field_stride]; the copy counts only if
  // a check that comes after it says so.
  void copy(uint32_t n, double* out, size_t field_stride) const {
    for (uint32_t field = 0; field < kKlineFields; ++field)
      out[field * field_stride] = entry(field, n).load();
  }
  // Whether kline n, and so every later one, was whole throughout.
  [[nodiscard]] Read check(uint32_t n, int32_t revision) const;

  // Copies klines n … n + count − 1, all or none: of the fields in `fields` (a bit each) the one of kline n + k goes to
  // out[k · kline_stride + field · field_stride].
  Read read_run(uint32_t n, uint32_t count, int32_t revision, uint32_t fields, double* out,
                size_t kline_stride, size_t field_stride) const;

  // The open time of kline n, unchecked: good for comparing, read() comes before use.
  [[nodiscard]] double open_time_guess(uint32_t n) const { return entry(kline_open_time, n).load(); }

  // Writer: one more closed kline.
  void append(const Kline& kline);
  // Writer: stores without publishing; between two revision bumps.
  void overwrite(uint32_t n, const Kline& kline);

 private:
  [[nodiscard]] SharedDouble& entry(uint32_t field, uint32_t n) const {
    return columns_[size_t{field} * capacity_ + n % capacity_];
  }

  SeriesRecord* record_;
  SharedDouble* columns_;
  uint32_t capacity_;
};

}  // namespace tickscan::market
