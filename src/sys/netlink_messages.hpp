// The kernel's routing messages (rtnetlink(7)) as values: what Netlink asks with and how it reads the answer.
// Pure; the structures are the kernel's, so their integers are in this machine's order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ip.hpp"

namespace sallyport::sys {

struct Link {
  unsigned index = 0;
  std::string name;
  std::uint32_t mtu = 0;
  bool up = false;
  bool operator==(const Link&) const = default;
};

struct InterfaceAddress {
  unsigned interface = 0;
  Prefix prefix;  // the address with its length
  bool operator==(const InterfaceAddress&) const = default;
};

struct Route {
  Prefix prefix;
  std::optional<Address> gateway;  // the next hop, of either family; absent: on the link
  unsigned interface = 0;          // 0: none (an unreachable route, say)
  std::uint32_t metric = 0;        // the least wins; 0 in IPv6: the kernel's 1024
  std::uint32_t table = 0;         // only read
  std::optional<Address> source;   // only read
  bool local = false;              // only read: the address is one of this machine's own
  bool operator==(const Route&) const = default;
};

// One datagram of an answer.
struct NetlinkAnswer {
  std::vector<Link> links;
  std::vector<InterfaceAddress> addresses;
  std::vector<Route> routes;
  std::optional<int> error;  // the kernel's verdict as errno; 0: done
  std::string words;         // what the kernel says beyond errno, if anything
  bool operator==(const NetlinkAnswer&) const = default;
};

// Messages with another sequence number are passed over. malformed: a message does not fit its datagram, or
// an attribute has the wrong size.
Result<NetlinkAnswer> parse_answer(ByteView datagram, std::uint32_t sequence);

// Requests without sequence number, which Netlink puts in. The kernel answers each with a verdict at the end.
Bytes link_query(const std::string& name);
Bytes link_query(unsigned index);
Bytes link_up_request(unsigned index, bool up);
Bytes link_mtu_request(unsigned index, std::uint32_t mtu);
Bytes add_address_request(const InterfaceAddress& address);
Bytes remove_address_request(const InterfaceAddress& address);
Bytes address_dump(Address::Family family);
// If there is a route to the same prefix with the same metric: `beside`, before it (IPv4), or fail.
Bytes add_route_request(const Route& route, bool beside);
Bytes remove_route_request(const Route& route);
Bytes route_query(const Address& destination);
Bytes route_dump(Address::Family family);

// The route that the kernel would take if these were all, of the main table. Metrics decide between routes of
// one length, order between the rest.
std::optional<Route> best_route(const std::vector<Route>& routes, const Address& destination);

}  // namespace sallyport::sys
