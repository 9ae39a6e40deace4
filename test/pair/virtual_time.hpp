// Lets this process's monotonic clock jump ahead: what limits of minutes do is tested without waiting for
// them.
#pragma once

#include <chrono>

#include "net/task.hpp"

namespace sallyport::pair {

void let_time_pass(std::chrono::seconds time);

// A loop sleeps until the time that it knew of. From any thread: it looks at its timers now.
void look_at_the_clock(net::Loop& loop);

}  // namespace sallyport::pair
