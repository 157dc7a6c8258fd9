// Operating errors travel as values: an Error says what was expected and where, and a Result is either
// a value or an Error. Programmer errors are assertions instead (base/assert.h). No exceptions: they do
// not cross the WebAssembly boundary in a readable form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"

namespace tickscan {

enum class ErrorCode : uint8_t {
  ok,
#define TICKSCAN_ERROR(name, meaning) name,
#include "base/error_codes.def"
#undef TICKSCAN_ERROR
};

// The code's public name, for example "E_SYNTAX"; "OK" for ErrorCode::ok.
const char* error_name(ErrorCode code);

// Where in a text an error stands. Offsets are bytes from 0, and in an error that has its excerpt UTF-16 units, as
// editors and JavaScript count; line and column count from 1, the column in Unicode code points.
struct Position {
  uint32_t offset = 0;
  uint32_t line = 1;
  uint32_t column = 1;
};

struct Error {
  ErrorCode code = ErrorCode::ok;
  std::string message;               // one sentence for a person, with the actual value and the limit
  std::optional<Position> position;  // only where the error is about a text
  std::string expected;              // what would have been right, may be empty
  std::string hint;                  // the nearest known name, may be empty
  // The line that the position is in, and below it a caret under the column; empty where there is no text to show.
  std::string excerpt = {};
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}     // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {  // NOLINT(google-explicit-constructor)
    TICKSCAN_ASSERT(error_.code != ErrorCode::ok);
  }

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  [[nodiscard]] const Error& error() const {
    TICKSCAN_ASSERT(!ok());
    return error_;
  }
  T& value() {
    TICKSCAN_ASSERT(ok());
    return *value_;
  }
  const T& value() const {
    TICKSCAN_ASSERT(ok());
    return *value_;
  }

 private:
  std::optional<T> value_;
  Error error_;
};

// A Result without a value: nothing, or the Error.
using Status = std::optional<Error>;

}  // namespace tickscan
