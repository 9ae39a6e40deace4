#include "sys/boot_clock.hpp"

#include <time.h>

namespace sallyport::sys {

std::int64_t boot_time_seconds() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec;
}

}  // namespace sallyport::sys
