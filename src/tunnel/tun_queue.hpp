// One queue of a TUN interface: packets as the kernel routes them in, and packets for it to route. An
// interface that fails is logged at most once a second, and never more than that.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/descriptor.hpp"
#include "proto/time.hpp"
#include "tunnel/counters.hpp"
#include "tunnel/rate_limit.hpp"

namespace sallyport::tunnel {

class TunQueue {
 public:
  explicit TunQueue(Descriptor descriptor);

  int number() const { return descriptor_.number(); }
  // The next packet's size; 0: none is waiting. Nothing: the interface fails, try again in a second.
  std::optional<std::size_t> read(MutableByteView into, proto::Time now);
  // Why the packet was not taken; nothing: it was.
  std::optional<Drop> write(ByteView packet, proto::Time now);

 private:
  void complain(const char* what, int error, proto::Time now);

  Descriptor descriptor_;
  RateLimit complaints_;
};

}  // namespace sallyport::tunnel
