// The time that sessions are kept by: the wall clock as the supervisor found it when the service started,
// carried on by CLOCK_BOOTTIME. Setting the machine's clock, by a second or by years, ends no session and
// prolongs none, also when the gateway process is replaced: its successor counts from the same moment.
#pragma once

#include "store/session.hpp"
#include "sys/boot_clock.hpp"

namespace sallyport::gateway {

// The next start of the service takes the clock as it finds it, and the stored times as they are. After a
// start by a wrong clock (a machine without a battery is in 1970 until a time server has answered) it may
// take sessions for over, which are logged in anew, or for younger than they are; none has more time from
// there on than its policy gives a new one (store::restore).
class SessionClock {
 public:
  // By the wall clock at the service's start.
  explicit SessionClock(store::WallTime booted_at) : booted_at_(booted_at) {}

  store::WallTime now() const { return booted_at_ + std::chrono::seconds(sys::boot_time_seconds()); }

 private:
  store::WallTime booted_at_;
};

}  // namespace sallyport::gateway
