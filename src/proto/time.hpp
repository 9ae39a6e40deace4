// The time that the rules of this module are given. Nothing here reads a clock: the caller does, and a test
// makes times up.
#pragma once

#include <chrono>

namespace sallyport::proto {

using Time = std::chrono::steady_clock::time_point;
using Duration = Time::duration;

}  // namespace sallyport::proto
