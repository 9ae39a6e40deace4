#include "sys/netlink_messages.hpp"

#include <cstring>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

namespace sallyport::sys {

namespace {

template <class Head>
Result<const Head*> head_of(const nlmsghdr* message) {
  if (mnl_nlmsg_get_payload_len(message) < sizeof(Head)) {
    return fail(ErrorKind::malformed, "a message of the kernel is cut short");
  }
  return static_cast<const Head*>(mnl_nlmsg_get_payload(message));
}

// libmnl's own loops are not C++.
std::vector<const nlattr*> attributes_in(const void* start, std::size_t size) {
  std::vector<const nlattr*> found;
  const auto* end = static_cast<const char*>(start) + size;
  const auto* attribute = static_cast<const nlattr*>(start);
  while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
    found.push_back(attribute);
    attribute = mnl_attr_next(attribute);
  }
  return found;
}

// Behind the message's own head of `offset` bytes.
std::vector<const nlattr*> attributes_of(const nlmsghdr* message, std::size_t offset) {
  offset = MNL_ALIGN(offset);
  const auto size = mnl_nlmsg_get_payload_len(message);
  if (offset >= size) return {};
  return attributes_in(static_cast<const char*>(mnl_nlmsg_get_payload(message)) + offset, size - offset);
}

tl::unexpected<Error> wrong_size() {
  return fail(ErrorKind::malformed, "an attribute of the kernel has the wrong size");
}

Result<std::uint32_t> number_of(const nlattr* attribute) {
  if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0) return wrong_size();
  return mnl_attr_get_u32(attribute);
}

Result<Address> address_of(const nlattr* attribute, std::uint8_t family) {
  const ByteView bytes(static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)),
                       mnl_attr_get_payload_len(attribute));
  if (bytes.size() != (family == AF_INET ? 4U : 16U)) return wrong_size();
  return Address::from_bytes(bytes);
}

std::string text_of(const nlattr* attribute) {
  const auto* text = mnl_attr_get_str(attribute);
  return {text, strnlen(text, mnl_attr_get_payload_len(attribute))};
}

Result<Link> parse_link(const nlmsghdr* message) {
  const auto* head = TRY(head_of<ifinfomsg>(message));
  Link link;
  link.index = static_cast<unsigned>(head->ifi_index);
  link.up = (head->ifi_flags & IFF_UP) != 0;
  for (const auto* attribute : attributes_of(message, sizeof(ifinfomsg))) {
    const auto type = mnl_attr_get_type(attribute);
    if (type == IFLA_IFNAME) link.name = text_of(attribute);
    if (type == IFLA_MTU) link.mtu = TRY(number_of(attribute));
  }
  return link;
}

Result<InterfaceAddress> parse_address(const nlmsghdr* message) {
  const auto* head = TRY(head_of<ifaddrmsg>(message));
  InterfaceAddress found;
  found.interface = head->ifa_index;
  std::optional<Address> local;
  std::optional<Address> peer;
  for (const auto* attribute : attributes_of(message, sizeof(ifaddrmsg))) {
    const auto type = mnl_attr_get_type(attribute);
    if (type == IFA_LOCAL) local = TRY(address_of(attribute, head->ifa_family));
    if (type == IFA_ADDRESS) peer = TRY(address_of(attribute, head->ifa_family));
  }
  // IPv6 sends IFA_ADDRESS alone, unless there is a peer.
  const auto address = local ? local : peer;
  if (!address) return fail(ErrorKind::malformed, "the kernel names an address without saying which");
  found.prefix = TRY(Prefix::make(*address, head->ifa_prefixlen));
  return found;
}

Result<Address> parse_via(const nlattr* attribute) {
  const ByteView bytes(static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)),
                       mnl_attr_get_payload_len(attribute));
  std::uint16_t family = 0;
  if (bytes.size() < sizeof family) return wrong_size();
  std::memcpy(&family, bytes.data(), sizeof family);
  const auto address = bytes.subspan(sizeof family);
  if (address.size() != (family == AF_INET ? 4U : 16U)) return wrong_size();
  return Address::from_bytes(address);
}

// Of several next hops the first: any of them leads there.
Result<void> parse_next_hops(const nlattr* attribute, std::uint8_t family, Route& route) {
  const auto size = mnl_attr_get_payload_len(attribute);
  if (size < sizeof(rtnexthop)) return wrong_size();
  const auto* hop = static_cast<const rtnexthop*>(mnl_attr_get_payload(attribute));
  if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > size) return wrong_size();
  route.interface = static_cast<unsigned>(hop->rtnh_ifindex);
  for (const auto* inner : attributes_in(hop + 1, hop->rtnh_len - sizeof(rtnexthop))) {
    if (mnl_attr_get_type(inner) == RTA_GATEWAY) route.gateway = TRY(address_of(inner, family));
    if (mnl_attr_get_type(inner) == RTA_VIA) route.gateway = TRY(parse_via(inner));
  }
  return {};
}

Result<void> parse_route_attribute(const nlattr* attribute, const rtmsg& head, Route& route) {
  switch (mnl_attr_get_type(attribute)) {
    case RTA_DST: {
      const auto address = TRY(address_of(attribute, head.rtm_family));
      route.prefix = TRY(Prefix::make(address, head.rtm_dst_len));
      return {};
    }
    case RTA_GATEWAY:
      route.gateway = TRY(address_of(attribute, head.rtm_family));
      return {};
    case RTA_VIA:
      route.gateway = TRY(parse_via(attribute));
      return {};
    case RTA_PREFSRC:
      route.source = TRY(address_of(attribute, head.rtm_family));
      return {};
    case RTA_OIF:
      route.interface = TRY(number_of(attribute));
      return {};
    case RTA_PRIORITY:
      route.metric = TRY(number_of(attribute));
      return {};
    case RTA_TABLE:
      route.table = TRY(number_of(attribute));
      return {};
    case RTA_MULTIPATH:
      return parse_next_hops(attribute, head.rtm_family, route);
    default:
      return {};
  }
}

Result<Route> parse_route(const nlmsghdr* message) {
  const auto* head = TRY(head_of<rtmsg>(message));
  Route route;
  route.table = head->rtm_table;
  route.local = head->rtm_type == RTN_LOCAL;
  const auto any = head->rtm_family == AF_INET ? Address::v4(0) : Address::v6({});
  route.prefix = TRY(Prefix::make(any, head->rtm_dst_len));
  for (const auto* attribute : attributes_of(message, sizeof(rtmsg))) {
    TRY(parse_route_attribute(attribute, *head, route));
  }
  // Unreachable, blackhole and prohibit name the loopback interface, but lead nowhere.
  if (head->rtm_type != RTN_UNICAST && !route.local) route.interface = 0;
  return route;
}

// The kernel's errors are -1 to -4095 (MAX_ERRNO).
Result<int> errno_of(int verdict) {
  if (verdict > 0 || verdict < -4095)
    return fail(ErrorKind::malformed, "the kernel's verdict is no error number");
  return -verdict;
}

Result<void> parse_verdict(const nlmsghdr* message, NetlinkAnswer& answer) {
  const auto* head = TRY(head_of<nlmsgerr>(message));
  answer.error = TRY(errno_of(head->error));
  if ((message->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
  std::size_t offset = sizeof(nlmsgerr);
  if ((message->nlmsg_flags & NLM_F_CAPPED) == 0) {  // our whole request stands before the attributes
    if (head->msg.nlmsg_len < sizeof(nlmsghdr) || head->msg.nlmsg_len > message->nlmsg_len)
      return wrong_size();
    offset += head->msg.nlmsg_len - sizeof(nlmsghdr);
  }
  if (offset > mnl_nlmsg_get_payload_len(message)) return wrong_size();
  for (const auto* attribute : attributes_of(message, offset)) {
    if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG) answer.words = text_of(attribute);
  }
  return {};
}

Result<void> parse_message(const nlmsghdr* message, NetlinkAnswer& answer) {
  switch (message->nlmsg_type) {
    case RTM_NEWLINK:
      answer.links.push_back(TRY(parse_link(message)));
      return {};
    case RTM_NEWADDR:
      answer.addresses.push_back(TRY(parse_address(message)));
      return {};
    case RTM_NEWROUTE:
      answer.routes.push_back(TRY(parse_route(message)));
      return {};
    case NLMSG_ERROR:
      return parse_verdict(message, answer);
    case NLMSG_DONE: {
      const auto* number = TRY(head_of<int>(message));
      answer.error = TRY(errno_of(*number));
      return {};
    }
    default:
      return {};
  }
}

}  // namespace

Result<NetlinkAnswer> parse_answer(ByteView datagram, std::uint32_t sequence) {
  const Bytes aligned(datagram.begin(), datagram.end());
  NetlinkAnswer answer;
  std::size_t offset = 0;
  while (offset < aligned.size()) {
    const auto left = aligned.size() - offset;
    const auto* message = reinterpret_cast<const nlmsghdr*>(aligned.data() + offset);
    // Not mnl_nlmsg_ok(): for it, a length above 2^31 is a negative one and fits.
    if (left < sizeof(nlmsghdr) || message->nlmsg_len < sizeof(nlmsghdr) || message->nlmsg_len > left) {
      return fail(ErrorKind::malformed, "a message of the kernel is cut short");
    }
    if (message->nlmsg_seq == sequence) TRY(parse_message(message, answer));
    offset += MNL_ALIGN(std::size_t{message->nlmsg_len});
  }
  return answer;
}

std::optional<Route> best_route(const std::vector<Route>& routes, const Address& destination) {
  const Route* best = nullptr;
  for (const auto& route : routes) {
    if (route.table != RT_TABLE_MAIN || !route.prefix.contains(destination)) continue;
    const bool better = best == nullptr || route.prefix.length() > best->prefix.length() ||
                        (route.prefix.length() == best->prefix.length() && route.metric < best->metric);
    if (better) best = &route;
  }
  if (best == nullptr || best->interface == 0) return std::nullopt;
  return *best;
}

}  // namespace sallyport::sys
