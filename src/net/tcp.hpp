// TCP connections: accepted from a listener, or made to a gateway.
#pragma once

#include "base/descriptor.hpp"
#include "base/ip.hpp"
#include "net/socket.hpp"

namespace sallyport::net {

struct Accepted {
  Descriptor descriptor;  // non-blocking
  Endpoint peer;          // all zero for a unix socket
};

// Accepts from a listener opened elsewhere. When the process has no descriptor left, the reserve one is given
// up to accept and drop a connection, so that the listener does not spin and the peer learns at once.
class Acceptor {
 public:
  Acceptor(const Executor& executor, Descriptor listener);
  Task<Accepted> accept();
  std::uint64_t refused() const { return refused_; }  // dropped for want of descriptors

 private:
  Result<Accepted> accept_now();
  bool drop_one();  // false: no reserve to give up

  Socket listener_;
  Descriptor reserve_;
  std::uint64_t refused_ = 0;
};

// timeout, unavailable (refused, no route) as Failure. The descriptor is non-blocking, TCP_NODELAY set.
Task<Descriptor> connect_tcp(Endpoint to, std::chrono::milliseconds limit);

}  // namespace sallyport::net
