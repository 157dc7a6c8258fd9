// Compiles the product's own sources with Relacy's atomics in place of the standard ones: the code that ships is
// the code that is explored, under all orders that the C++ memory model allows to these accesses.
//
// Include this first, then the product's headers and .cpp files. From then on `std::atomic` is a class with the
// standard's interface whose every access is a scheduling point of Relacy. Standard headers that themselves use
// atomics are therefore included before.
//
// Mutants (mutants.mjs) weaken the orders of all accesses here (WEAK_RELEASE, WEAK_ACQUIRE, WEAK_SEQ_CST) or of
// the shared doubles (WEAK_DOUBLES), or change one line in a copy of the product's source.
#pragma once

// NOLINTBEGIN(readability-duplicate-include)
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>
// NOLINTEND(readability-duplicate-include)

#include <relacy/relacy.hpp>

// Relacy gives these names a meaning of its own.
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst
#undef malloc
#undef calloc
#undef realloc
#undef free

namespace std {

template <typename T>
class explored_atomic {  // NOLINT(readability-identifier-naming): stands where std::atomic stands
 public:
  T load(memory_order order = memory_order_seq_cst) const {
    return atomic_($).load(explored(order, memory_order_acquire));
  }
  void store(T value, memory_order order = memory_order_seq_cst) {
    atomic_($).store(value, explored(order, memory_order_release));
  }
  T exchange(T value, memory_order order = memory_order_seq_cst) {
    return atomic_($).exchange(value, explored(order));
  }
  T fetch_add(T value, memory_order order = memory_order_seq_cst) {
    return atomic_($).fetch_add(value, explored(order));
  }
  T fetch_or(T value, memory_order order = memory_order_seq_cst) {
    return atomic_($).fetch_or(value, explored(order));
  }
  bool compare_exchange_strong(T& expected, T value, memory_order order = memory_order_seq_cst) {
    const auto failure = order == memory_order_acq_rel ? memory_order_acquire : order;
    return atomic_($).compare_exchange_strong(expected, value, explored(order),
                                              explored(failure, memory_order_acquire));
  }

 private:
  // `below` is the strongest order below seq_cst that this kind of access can have.
  static rl::memory_order explored(memory_order order, memory_order below = memory_order_acq_rel) {
#ifdef WEAK_DOUBLES
    if (sizeof(T) == 8) order = memory_order_relaxed;
#endif
#ifdef WEAK_SEQ_CST
    if (order == memory_order_seq_cst) order = below;
#endif
#ifdef WEAK_RELEASE
    if (order == memory_order_release) order = memory_order_relaxed;
    if (order == memory_order_acq_rel) order = memory_order_acquire;
#endif
#ifdef WEAK_ACQUIRE
    if (order == memory_order_acquire) order = memory_order_relaxed;
    if (order == memory_order_acq_rel) order = memory_order_release;
#endif
    switch (order) {
      case memory_order_relaxed: return rl::mo_relaxed;
      case memory_order_acquire: return rl::mo_acquire;
      case memory_order_release: return rl::mo_release;
      case memory_order_acq_rel: return rl::mo_acq_rel;
      default: static_cast<void>(below); return rl::mo_seq_cst;
    }
  }
  mutable rl::atomic<T> atomic_;
};

}  // namespace std

#define atomic explored_atomic
// Sizes of records are what JavaScript computes addresses from; Relacy's atomics are larger.
#define static_assert(...) static_assert(true)
