// The control messages of UDP sockets: our own address, and the size of merged datagrams. Of this module
// only, for udp_socket.cpp and udp_batch.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "base/ip.hpp"

#ifndef UDP_SEGMENT  // of older headers
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace sallyport::sys {

// Room for one in6_pktinfo, the larger of both, and one segment size.
struct alignas(cmsghdr) UdpControl {
  std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> bytes{};
};

std::optional<Address> local_address(msghdr& message);
std::size_t merged_size(msghdr& message);  // 0: it is a single datagram

// Both append to what the message has.
void put_local_address(msghdr& message, UdpControl& control, const Address& local, bool ipv6);
void put_segment_size(msghdr& message, UdpControl& control, std::uint16_t size);

}  // namespace sallyport::sys
