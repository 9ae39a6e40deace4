// When a client that lost its TLS connection tries CONNECT again with its token (after phase 5): at once,
// then after 10, 20, 30 … 100 s, until --reconnect-timeout has passed. openconnect's behaviour.
#pragma once

#include <chrono>
#include <optional>

#include "proto/time.hpp"

namespace sallyport::proto {

// What CONNECT's status means for the next try. 0: no answer came.
constexpr bool may_reconnect_after(int status) {
  return status != 401;  // the one answer that says the token is dead for good
}

class ReconnectSchedule {
 public:
  // `lost`: when the connection broke; the first try is due then.
  ReconnectSchedule(Time lost, std::chrono::seconds budget) : end_(lost + budget) {}

  // When to try after a failed try; nothing: give up. The last try is at the end of the budget.
  std::optional<Time> next_after_failure(Time now);

 private:
  Time end_;
  std::chrono::seconds wait_{0};
};

}  // namespace sallyport::proto
