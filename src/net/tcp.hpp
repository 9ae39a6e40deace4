// TCP connections: accepted from a listener, or made to a gateway.
#pragma once

#include <limits>

#include "base/descriptor.hpp"
#include "base/ip.hpp"
#include "net/socket.hpp"

namespace sallyport::net {

struct Accepted {
  Descriptor descriptor;  // non-blocking; none: dropped for want of descriptors
  Endpoint peer;          // all zero for a unix socket
};

// Accepts from a listener opened elsewhere. When the process has no descriptor left, the reserve one is given
// up to accept and drop a connection, so that the listener does not spin and the peer learns at once.
// Descriptors are numbered from 0: `most` is how many connections and all else together may have, so that
// some are left for what is more important than another connection.
class Acceptor {
 public:
  Acceptor(const Executor& executor, Descriptor listener, int most = std::numeric_limits<int>::max());
  Task<Accepted> accept();

 private:
  Result<Accepted> accept_now();
  Result<Accepted> drop_one();  // unavailable: there is no reserve to give up

  Socket listener_;
  int most_;
  Descriptor reserve_;
};

// timeout, unavailable (refused, no route) as Failure. The descriptor is non-blocking, TCP_NODELAY set.
Task<Descriptor> connect_tcp(Endpoint to, std::chrono::milliseconds limit);

}  // namespace sallyport::net
