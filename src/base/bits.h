// The same bits as another type. std::bit_cast is missing in the libc++ of Emscripten 3.1.6; the builtin
// behind it is not.
#pragma once

namespace tickscan {

template <typename To, typename From>
constexpr To bit_cast(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, from);
}

}  // namespace tickscan
