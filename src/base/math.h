// The functions of filters over single numbers, in one place for the checker (constants) and the scan (lanes). What is
// not finite gives kUnknown: a minimum must not hide that one of its operands is not known.
#pragma once

#include <cmath>

#include "base/lanes.h"

namespace tickscan::math {

inline bool finite(double x) { return x - x == 0.0; }

inline double abs(double x) { return finite(x) ? std::fabs(x) : kUnknown; }
inline double sqrt(double x) { return finite(x) ? std::sqrt(x) : kUnknown; }
inline double log(double x) { return finite(x) && x > 0 ? std::log(x) : kUnknown; }
inline double exp(double x) { return finite(x) ? std::exp(x) : kUnknown; }
inline double floor(double x) { return finite(x) ? std::floor(x) : kUnknown; }
inline double ceil(double x) { return finite(x) ? std::ceil(x) : kUnknown; }
inline double round(double x) { return finite(x) ? std::round(x) : kUnknown; }
inline double sign(double x) { return finite(x) ? static_cast<double>((x > 0) - (x < 0)) : kUnknown; }
inline double min(double a, double b) { return finite(a) && finite(b) ? (b < a ? b : a) : kUnknown; }
inline double max(double a, double b) { return finite(a) && finite(b) ? (a < b ? b : a) : kUnknown; }

}  // namespace tickscan::math
