#include "sys/netlink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include <linux/netlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace sallyport::sys {

namespace {

constexpr std::size_t receive_size = 32U << 10;  // what the kernel fills a part of a dump to at most
constexpr timeval answer_limit{5, 0};            // the kernel answers at once, or something is very wrong

Result<void> set_option(int socket, int option) {
  const int on = 1;
  if (setsockopt(socket, SOL_NETLINK, option, &on, sizeof on) != 0)
    return fail_errno("cannot set a netlink option");
  return {};
}

std::string name_of(unsigned index) {
  std::array<char, IFNAMSIZ> name{};
  return if_indextoname(index, name.data()) != nullptr ? name.data() : "interface " + std::to_string(index);
}

std::string text_of(const Route& route) {
  auto text = Prefix::make(route.prefix.network(), route.prefix.length())->to_text();
  if (route.gateway) text += " over " + route.gateway->to_text();
  return route.interface == 0 ? text : text + " by " + name_of(route.interface);
}

ErrorKind kind_of(int number) {
  switch (number) {
    case EEXIST:
      return ErrorKind::conflict;
    case ENODEV:
    case ENXIO:  // an IPv6 address, where the MTU has become too small for IPv6
    case ENOENT:
    case ESRCH:
    case EADDRNOTAVAIL:
    case ENETUNREACH:
    case EHOSTUNREACH:
      return ErrorKind::unavailable;
    case EPERM:
    case EACCES:
      return ErrorKind::denied;
    default:
      return ErrorKind::internal;
  }
}

// What the kernel says where IPv6 is switched off: for an interface, or altogether.
bool means_no_ipv6(int number) {
  return number == EACCES || number == EOPNOTSUPP || number == EAFNOSUPPORT;
}

void append(NetlinkAnswer& sum, NetlinkAnswer part) {
  std::ranges::move(part.links, std::back_inserter(sum.links));
  std::ranges::move(part.addresses, std::back_inserter(sum.addresses));
  std::ranges::move(part.routes, std::back_inserter(sum.routes));
  sum.error = part.error;
  sum.words = std::move(part.words);
}

}  // namespace

Result<Netlink> Netlink::open() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return fail_errno("cannot open a netlink socket");
  TRY(set_option(socket.number(), NETLINK_CAP_ACK));
  TRY(set_option(socket.number(), NETLINK_EXT_ACK));
  if (setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &answer_limit, sizeof answer_limit) != 0) {
    return fail_errno("cannot set a netlink option");
  }
  return Netlink(std::move(socket));
}

Result<NetlinkAnswer> Netlink::ask(Bytes request) {
  const auto sequence = ++sequence_;
  std::memcpy(request.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (sendto(socket_.number(), request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&kernel),
             sizeof kernel) < 0) {
    return fail_errno("cannot ask the kernel");
  }
  NetlinkAnswer sum;
  Bytes buffer(receive_size);
  while (!sum.error) {
    sockaddr_nl sender{};
    socklen_t sender_size = sizeof sender;
    const auto size = recvfrom(socket_.number(), buffer.data(), buffer.size(), MSG_TRUNC,
                               reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("no answer from the kernel");
    if (static_cast<std::size_t>(size) > buffer.size()) {
      return fail(ErrorKind::malformed, "the kernel's answer is too large");
    }
    if (sender.nl_pid != 0) continue;  // another process may send to this socket
    append(sum, TRY(parse_answer(ByteView(buffer).first(static_cast<std::size_t>(size)), sequence)));
  }
  return sum;
}

Result<NetlinkAnswer> Netlink::demand(Bytes request, const std::string& what, bool ipv6) {
  auto answer = ask(std::move(request));
  if (!answer) return fail(answer.error().kind, what + ": " + answer.error().text);
  const int number = *answer->error;
  if (number == 0) return answer;
  if (ipv6 && means_no_ipv6(number)) {
    return fail(ErrorKind::unsupported, what + ": IPv6 is disabled on this machine or interface");
  }
  auto text = what + ": " + std::strerror(number);
  if (!answer->words.empty()) text += " (" + answer->words + ")";
  return fail(kind_of(number), std::move(text));
}

Result<Link> Netlink::link(const std::string& name) {
  const auto what = "cannot find the interface " + name;
  auto answer = TRY(demand(link_query(name), what));
  if (answer.links.empty()) return fail(ErrorKind::unavailable, what);
  return std::move(answer.links.front());
}

Result<Link> Netlink::link(unsigned index) {
  const auto what = "cannot find interface " + std::to_string(index);
  auto answer = TRY(demand(link_query(index), what));
  if (answer.links.empty()) return fail(ErrorKind::unavailable, what);
  return std::move(answer.links.front());
}

Result<void> Netlink::set_up(unsigned index, bool up) {
  TRY(demand(link_up_request(index, up), "cannot set " + name_of(index) + (up ? " up" : " down")));
  return {};
}

Result<void> Netlink::set_mtu(unsigned index, std::uint32_t mtu) {
  TRY(demand(link_mtu_request(index, mtu),
             "cannot set the MTU of " + name_of(index) + " to " + std::to_string(mtu)));
  return {};
}

Result<void> Netlink::add(const InterfaceAddress& address) {
  const auto what =
      "cannot add the address " + address.prefix.to_text() + " to " + name_of(address.interface);
  TRY(demand(add_address_request(address), what, address.prefix.address().is_v6()));
  return {};
}

Result<void> Netlink::remove(const InterfaceAddress& address) {
  const auto what =
      "cannot remove the address " + address.prefix.to_text() + " from " + name_of(address.interface);
  TRY(demand(remove_address_request(address), what));
  return {};
}

Result<std::vector<InterfaceAddress>> Netlink::addresses(unsigned index) {
  std::vector<InterfaceAddress> found;
  for (const auto family : {Address::Family::v4, Address::Family::v6}) {
    auto answer = TRY(ask(address_dump(family)));  // without IPv6 in the kernel: an error, and none
    std::ranges::copy_if(answer.addresses, std::back_inserter(found),
                         [&](const auto& address) { return address.interface == index; });
  }
  return found;
}

Result<void> Netlink::add(const Route& route, SameRoute same) {
  const auto request = add_route_request(route, same == SameRoute::stand_before);
  TRY(demand(request, "cannot add the route " + text_of(route), route.prefix.address().is_v6()));
  return {};
}

Result<void> Netlink::remove(const Route& route) {
  TRY(demand(remove_route_request(route), "cannot remove the route " + text_of(route)));
  return {};
}

Result<Route> Netlink::route_to(const Address& destination) {
  const auto what = "there is no route to " + destination.to_text();
  auto answer = TRY(demand(route_query(destination), what, destination.is_v6()));
  if (answer.routes.empty()) return fail(ErrorKind::unavailable, what);
  if (answer.routes.front().interface == 0) return fail(ErrorKind::unavailable, what);
  return answer.routes.front();
}

Result<std::vector<Route>> Netlink::routes(Address::Family family) {
  const bool v6 = family == Address::Family::v6;
  return TRY(demand(route_dump(family), "cannot read the routes", v6)).routes;
}

}  // namespace sallyport::sys
