// The IP packets inside the tunnel (phase 6): what both ends must know of one before they carry it, and the
// clamp of TCP's segment size. Bounded reads, no allocation: this runs per packet.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/ip.hpp"

namespace sallyport::proto {

namespace ip_protocol {  // IANA protocol numbers
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t icmpv6 = 58;
}  // namespace ip_protocol

struct InnerPacket {
  Address source;
  Address destination;
  std::size_t size = 0;         // by its own header; what follows in the buffer is padding
  std::size_t header_size = 0;  // with IPv4 options or IPv6 extension headers: where the payload starts
  std::uint8_t protocol = 0;    // of the payload
  bool dont_fragment = false;   // always so for IPv6
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;  // in bytes

  bool is_v4() const { return source.is_v4(); }
  bool is_first_fragment() const { return fragment_offset == 0; }
};

// Nothing: neither IPv4 nor IPv6, or lengths that contradict each other or the buffer.
std::optional<InnerPacket> parse_inner_packet(ByteView packet);

// Lowers the MSS option of a TCP SYN to what fits `mtu`, in place, and mends the checksum. True: changed.
bool clamp_mss(MutableByteView packet, std::uint16_t mtu);

}  // namespace sallyport::proto
