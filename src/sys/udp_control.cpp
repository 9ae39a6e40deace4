#include "sys/udp_control.hpp"

#include <cstring>

#include "base/socket_address.hpp"

namespace sallyport::sys {

namespace {

template <class Value>
Value value_of(const cmsghdr* one) {
  Value value{};
  std::memcpy(&value, CMSG_DATA(one), sizeof value);
  return value;
}

template <class Value>
void append(msghdr& message, UdpControl& control, int level, int type, const Value& value) {
  auto* at = control.bytes.data() + message.msg_controllen;
  message.msg_control = control.bytes.data();
  message.msg_controllen += CMSG_SPACE(sizeof value);
  auto* one = reinterpret_cast<cmsghdr*>(at);
  one->cmsg_level = level;
  one->cmsg_type = type;
  one->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(one), &value, sizeof value);
}

}  // namespace

std::optional<Address> local_address(msghdr& message) {
  for (auto* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
      return Address::v4(ntohl(value_of<in_pktinfo>(one).ipi_addr.s_addr));
    }
    if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO) {
      const auto info = value_of<in6_pktinfo>(one);
      std::array<std::uint8_t, 16> bytes{};
      std::memcpy(bytes.data(), &info.ipi6_addr, bytes.size());
      return Address::v6(bytes).unmapped();
    }
  }
  return std::nullopt;
}

std::size_t merged_size(msghdr& message) {
  for (auto* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level == IPPROTO_UDP && one->cmsg_type == UDP_GRO) {
      return static_cast<std::size_t>(value_of<int>(one));
    }
  }
  return 0;
}

// No interface is named: the route decides, and it may change.
void put_local_address(msghdr& message, UdpControl& control, const Address& local, bool ipv6) {
  sockaddr_storage storage{};
  to_sockaddr({local, 0}, storage, ipv6);
  if (ipv6) {
    in6_pktinfo info{};
    info.ipi6_addr = reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr;
    append(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in&>(storage).sin_addr;
    append(message, control, IPPROTO_IP, IP_PKTINFO, info);
  }
}

void put_segment_size(msghdr& message, UdpControl& control, std::uint16_t size) {
  append(message, control, IPPROTO_UDP, UDP_SEGMENT, size);
}

}  // namespace sallyport::sys
