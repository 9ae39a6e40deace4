// Time since the machine started, sleep included: the same for all processes, and no clock step moves it.
#pragma once

#include <cstdint>

namespace sallyport::sys {

std::int64_t boot_time_seconds();

}  // namespace sallyport::sys
