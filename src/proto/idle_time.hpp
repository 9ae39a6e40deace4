// How long a session has carried no user data: the one rule behind the idle timeout (after phase 5). Pure.
//
// User data are inner packets other than ICMP and ICMPv6, either way; DPD and keepalives are no packets. What
// counts is the time with a tunnel, over all tunnels of the session: a reconnect sets nothing back, and a
// client that reconnects every few minutes and says nothing is ended like one that stays. The time between
// two tunnels, in which nothing could be carried, does not count; it has a limit of its own, the
// Disconnected-Timeout. So whoever comes back, however late, has the time that was left when it got lost.
#pragma once

#include <algorithm>
#include <chrono>

#include "proto/time.hpp"

namespace sallyport::proto {

class IdleTime {
 public:
  // A tunnel begins at `now`; so far the session has carried nothing for `before`.
  IdleTime(std::chrono::milliseconds before, Time now) : since_(now - before) {}

  void data_at(Time time) { since_ = std::max(since_, time); }
  std::chrono::milliseconds at(Time now) const {
    return std::chrono::floor<std::chrono::milliseconds>(std::max(now - since_, Duration(0)));
  }
  // `timeout` 0: never.
  bool is_over(std::chrono::seconds timeout, Time now) const {
    return timeout.count() > 0 && now - since_ >= timeout;
  }

 private:
  Time since_;
};

}  // namespace sallyport::proto
