#include "test/pair/virtual_time.hpp"

#include <atomic>

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace sallyport::pair {

namespace {

std::atomic<std::int64_t> passed{0};  // seconds

}  // namespace

void let_time_pass(std::chrono::seconds time) {
  passed += time.count();
}

void look_at_the_clock(net::Loop& loop) {
  // A timer before all others makes it look, and goes at once.
  loop.post([&loop] { const net::Alarm overdue(loop.executor(), -std::chrono::hours(24), [] {}); });
}

}  // namespace sallyport::pair

// In place of the C library's, for all of the process: std::chrono::steady_clock reads the time here.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const auto done = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (done == 0 && clock == CLOCK_MONOTONIC) now->tv_sec += sallyport::pair::passed.load();
  return done;
}
