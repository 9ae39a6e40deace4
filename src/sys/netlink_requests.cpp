#include <algorithm>
#include <array>
#include <cstring>

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "sys/netlink_messages.hpp"

namespace sallyport::sys {

namespace {

// Every request of ours is far smaller.
constexpr std::size_t max_request = 512;

class Request {
 public:
  Request(std::uint16_t type, unsigned flags) : header_(mnl_nlmsg_put_header(buffer_.data())) {
    header_->nlmsg_type = type;
    header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  template <class Head>
  Head* head() {
    return static_cast<Head*>(mnl_nlmsg_put_extra_header(header_, sizeof(Head)));
  }
  void put(std::uint16_t type, std::uint32_t value) { mnl_attr_put_u32(header_, type, value); }
  void put(std::uint16_t type, const Address& address) {
    mnl_attr_put(header_, type, address.bytes().size(), address.bytes().data());
  }
  void put(std::uint16_t type, const std::string& text) {
    mnl_attr_put_strz(header_, type, text.substr(0, IFNAMSIZ - 1).c_str());
  }
  void put(std::uint16_t type, ByteView bytes) { mnl_attr_put(header_, type, bytes.size(), bytes.data()); }
  Bytes bytes() const { return {buffer_.begin(), buffer_.begin() + header_->nlmsg_len}; }

 private:
  alignas(nlmsghdr) std::array<std::uint8_t, max_request> buffer_{};
  nlmsghdr* header_;
};

std::uint8_t family_number(Address::Family family) {
  return family == Address::Family::v4 ? AF_INET : AF_INET6;
}

Bytes address_request(std::uint16_t type, unsigned flags, const InterfaceAddress& address) {
  Request request(type, flags);
  auto* head = request.head<ifaddrmsg>();
  head->ifa_family = family_number(address.prefix.address().family());
  head->ifa_prefixlen = static_cast<std::uint8_t>(address.prefix.length());
  head->ifa_index = address.interface;
  // Without duplicate address detection an address can be used at once; on a tunnel nobody else could have
  // it.
  if (address.prefix.address().is_v6()) head->ifa_flags = IFA_F_NODAD;
  request.put(IFA_LOCAL, address.prefix.address());
  request.put(IFA_ADDRESS, address.prefix.address());
  return request.bytes();
}

void put_gateway(Request& request, const Route& route) {
  if (!route.gateway) return;
  if (route.gateway->family() == route.prefix.address().family()) {
    request.put(RTA_GATEWAY, *route.gateway);
    return;
  }
  std::array<std::uint8_t, sizeof(rtvia) + 16> via{};
  const std::uint16_t family = family_number(route.gateway->family());
  std::memcpy(via.data(), &family, sizeof family);
  std::ranges::copy(route.gateway->bytes(), via.begin() + sizeof(rtvia));
  request.put(RTA_VIA, ByteView(via).first(sizeof(rtvia) + route.gateway->bytes().size()));
}

Bytes route_request(std::uint16_t type, unsigned flags, const Route& route) {
  Request request(type, flags);
  auto* head = request.head<rtmsg>();
  head->rtm_family = family_number(route.prefix.address().family());
  head->rtm_dst_len = static_cast<std::uint8_t>(route.prefix.length());
  head->rtm_table = RT_TABLE_UNSPEC;
  head->rtm_type = RTN_UNICAST;
  head->rtm_scope = route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  if (type == RTM_NEWROUTE) head->rtm_protocol = RTPROT_STATIC;
  request.put(RTA_TABLE, std::uint32_t{RT_TABLE_MAIN});
  request.put(RTA_DST, route.prefix.network());
  put_gateway(request, route);
  if (route.interface != 0) request.put(RTA_OIF, route.interface);
  if (route.metric != 0) request.put(RTA_PRIORITY, route.metric);
  return request.bytes();
}

}  // namespace

Bytes link_query(const std::string& name) {
  Request request(RTM_GETLINK, 0);
  request.head<ifinfomsg>();
  request.put(IFLA_IFNAME, name);
  return request.bytes();
}

Bytes link_query(unsigned index) {
  Request request(RTM_GETLINK, 0);
  request.head<ifinfomsg>()->ifi_index = static_cast<int>(index);
  return request.bytes();
}

Bytes link_up_request(unsigned index, bool up) {
  Request request(RTM_NEWLINK, 0);
  auto* head = request.head<ifinfomsg>();
  head->ifi_index = static_cast<int>(index);
  head->ifi_change = IFF_UP;
  head->ifi_flags = up ? IFF_UP : 0;
  return request.bytes();
}

Bytes link_mtu_request(unsigned index, std::uint32_t mtu) {
  Request request(RTM_NEWLINK, 0);
  request.head<ifinfomsg>()->ifi_index = static_cast<int>(index);
  request.put(IFLA_MTU, mtu);
  return request.bytes();
}

Bytes add_address_request(const InterfaceAddress& address) {
  return address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address);
}

Bytes remove_address_request(const InterfaceAddress& address) {
  return address_request(RTM_DELADDR, 0, address);
}

Bytes address_dump(Address::Family family) {
  Request request(RTM_GETADDR, NLM_F_DUMP);
  request.head<ifaddrmsg>()->ifa_family = family_number(family);
  return request.bytes();
}

Bytes add_route_request(const Route& route, bool beside) {
  return route_request(RTM_NEWROUTE, NLM_F_CREATE | (beside ? 0U : NLM_F_EXCL), route);
}

Bytes remove_route_request(const Route& route) {
  return route_request(RTM_DELROUTE, 0, route);
}

Bytes route_query(const Address& destination) {
  Request request(RTM_GETROUTE, 0);
  auto* head = request.head<rtmsg>();
  head->rtm_family = family_number(destination.family());
  head->rtm_dst_len = static_cast<std::uint8_t>(destination.bits());
  request.put(RTA_DST, destination);
  return request.bytes();
}

Bytes route_dump(Address::Family family) {
  Request request(RTM_GETROUTE, NLM_F_DUMP);
  request.head<rtmsg>()->rtm_family = family_number(family);
  return request.bytes();
}

}  // namespace sallyport::sys
