// At most `burst` at once, and one more each `interval`: for ICMP errors and log lines.
#pragma once

#include <algorithm>

#include "proto/time.hpp"

namespace sallyport::tunnel {

class RateLimit {
 public:
  RateLimit(proto::Duration interval, int burst) : interval_(interval), tolerance_(interval * (burst - 1)) {}

  bool allow(proto::Time now) {
    const auto start = std::max(paid_until_, now);
    if (start - now > tolerance_) return false;
    paid_until_ = start + interval_;
    return true;
  }

 private:
  proto::Duration interval_;
  proto::Duration tolerance_;
  proto::Time paid_until_;
};

}  // namespace sallyport::tunnel
