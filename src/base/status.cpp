// Names of the error codes, from their table.
#include "base/status.h"

namespace tickscan {

const char* error_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::ok: return "OK";
#define TICKSCAN_ERROR(name, meaning) \
  case ErrorCode::name:               \
    return #name;
#include "base/error_codes.def"
#undef TICKSCAN_ERROR
  }
  return "E_INTERNAL";
}

}  // namespace tickscan
