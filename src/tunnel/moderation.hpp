// Whether the worker lets packets gather for a moment before it looks for them, as a network card with
// interrupt moderation does. A peer that sends one at a time wakes the worker for each, and waking costs both
// of them more than the packet (measured with openconnect 9.01).
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/time.hpp"

namespace sallyport::tunnel {

class Moderation {
 public:
  // The kernel adds its timer slack, of 50 µs mostly.
  static constexpr std::chrono::microseconds pause{50};

  // Before a turn waits: how many packets have come since the worker began. True: pause first.
  bool pauses(std::uint64_t packets, proto::Time now);
  // How long the turn has waited, with its pause.
  void has_waited(proto::Time::duration time) { waited_ += time; }

 private:
  proto::Time begun_;  // of a window of time; the others are about it
  std::uint64_t packets_before_ = 0;
  std::uint64_t turns_ = 0;
  proto::Time::duration waited_{};
  bool pauses_ = false;
};

}  // namespace sallyport::tunnel
