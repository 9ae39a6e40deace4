// Which routes a gateway's settings mean. Pure.
#pragma once

#include <vector>

#include "proto/client_messages.hpp"

namespace sallyport::client {

struct WantedRoutes {
  std::vector<Prefix> into_tunnel;
  std::vector<Prefix> around;  // as the machine would send there without the tunnel
};

// Only families that have an inner address. A family without includes goes into the tunnel whole, as two
// halves that win over the machine's default route and leave it alone; local networks, being longer, stay
// reachable. With includes, the DNS servers that the gateway gave are included as well. The gateway itself is
// always reached around the tunnel.
WantedRoutes wanted_routes(const proto::HostSettings& settings);

// 0.0.0.0/32, and ::/128: AnyConnect's word for "the local networks" among the excludes. They are reachable
// without a route of ours, being longer than any of them.
bool is_local_network(const Prefix& prefix);

}  // namespace sallyport::client
