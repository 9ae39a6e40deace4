// Interfaces, addresses and routes of this network namespace, by the kernel's routing socket. Each call is
// one question and its answer.
#pragma once

#include "base/descriptor.hpp"
#include "sys/netlink_messages.hpp"

namespace sallyport::sys {

// What to do if there is a route to the same prefix with the same metric already.
enum class SameRoute { conflict, stand_before };

class Netlink {
 public:
  static Result<Netlink> open();

  // Errors name the thing and end with the kernel's words: "cannot add the route 10.0.0.0/8 by sally0:
  // Network is unreachable". Kinds: conflict: it is there already; unavailable: what it needs, or what should
  // go, is not there; denied: not root; unsupported: IPv6 is disabled; internal: anything else.
  Result<Link> link(const std::string& name);
  Result<Link> link(unsigned index);
  Result<void> set_up(unsigned index, bool up);
  Result<void> set_mtu(unsigned index, std::uint32_t mtu);

  Result<void> add(const InterfaceAddress& address);
  Result<void> remove(const InterfaceAddress& address);
  Result<std::vector<InterfaceAddress>> addresses(unsigned index);

  Result<void> add(const Route& route, SameRoute same = SameRoute::conflict);
  Result<void> remove(const Route& route);
  // The kernel's choice for a packet to this address.
  Result<Route> route_to(const Address& destination);
  Result<std::vector<Route>> routes(Address::Family family);  // of all tables

 private:
  explicit Netlink(Descriptor socket) : socket_(std::move(socket)) {}
  Result<NetlinkAnswer> ask(Bytes request);
  // The kernel's verdict becomes an error that begins with `what`; IPv6 may be the reason for it.
  Result<NetlinkAnswer> demand(Bytes request, const std::string& what, bool ipv6 = false);

  Descriptor socket_;
  std::uint32_t sequence_ = 0;
};

}  // namespace sallyport::sys
