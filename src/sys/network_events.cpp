#include "sys/network_events.hpp"

#include <array>
#include <cerrno>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/bytes.hpp"
#include "base/socket_address.hpp"
#include "sys/path_mtu.hpp"

namespace sallyport::sys {

Result<Descriptor> open_network_events() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket) return fail_errno("cannot open a netlink socket");
  sockaddr_nl wanted{};
  wanted.nl_family = AF_NETLINK;
  wanted.nl_groups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (::bind(socket.number(), reinterpret_cast<sockaddr*>(&wanted), sizeof wanted) != 0) {
    return fail_errno("cannot listen to changes of the network");
  }
  return socket;
}

// Events that did not fit into the socket's buffer are an error (ENOBUFS), told once and then forgotten too.
void forget_network_events(int number) {
  std::array<std::uint8_t, 512> cut{};
  while (::recv(number, cut.data(), cut.size(), 0) >= 0 || errno == ENOBUFS || errno == EINTR) {
  }
}

// Connecting a UDP socket sends nothing.
Result<Address> address_towards(const Endpoint& peer) {
  sockaddr_storage storage{};
  const auto size = to_sockaddr(peer, storage);
  Descriptor socket(::socket(storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("cannot open a UDP socket");
  if (::connect(socket.number(), reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    auto error = fail_errno("no way leads to " + peer.address.to_text()).value();
    error.kind = ErrorKind::unavailable;
    return tl::unexpected(std::move(error));
  }
  return local_address(socket.number());
}

}  // namespace sallyport::sys
