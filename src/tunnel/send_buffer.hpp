// How much a UDP socket may hold of what is to be sent: what leaves in two milliseconds, so that the rest
// waits in fair queues. It is learnt from how the kernel empties it, as byte queue limits are (BQL).
#pragma once

#include <cstddef>
#include <optional>

#include "proto/time.hpp"

namespace sallyport::tunnel {

class SendBuffer {
 public:
  // Bytes as SO_SNDBUF takes them; the kernel allows twice as many, for what it adds.
  static constexpr std::size_t smallest = 16 << 10;
  static constexpr std::size_t initial = 64 << 10;
  static constexpr std::size_t largest = 208 << 10;  // what a system allows anybody (net.core.wmem_max)

  // The socket took no more, with so much in it.
  void is_full(std::size_t held, proto::Time now);
  // It has room again, with so much left in it. The new size, if it changes.
  std::optional<std::size_t> has_room(std::size_t left, proto::Time now);

 private:
  std::size_t size_ = initial;
  std::optional<proto::Time> full_since_;
  std::size_t held_ = 0;
};

}  // namespace sallyport::tunnel
