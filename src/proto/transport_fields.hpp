// Where the fields stand that Segments writes and Coalescer reads: RFC 791, 8200, 9293, 768. Of these two.
#pragma once

#include "base/big_endian.hpp"

namespace sallyport::proto {

inline constexpr std::size_t ipv4_header = 20;
inline constexpr std::size_t ipv4_size_at = 2;
inline constexpr std::size_t ipv4_id_at = 4;
inline constexpr std::size_t ipv4_checksum_at = 10;
inline constexpr std::size_t ipv6_header = 40;
inline constexpr std::size_t ipv6_size_at = 4;

inline constexpr std::size_t tcp_header = 20;
inline constexpr std::size_t tcp_sequence_at = 4;
inline constexpr std::size_t tcp_offset_at = 12;
inline constexpr std::size_t tcp_flags_at = 13;
inline constexpr std::size_t tcp_checksum_at = 16;
namespace tcp_flags {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t cwr = 0x80;
}  // namespace tcp_flags

inline constexpr std::size_t udp_header = 8;
inline constexpr std::size_t udp_size_at = 4;
inline constexpr std::size_t udp_checksum_at = 6;

// The size of the TCP header at the front; 0: it is none.
inline std::size_t tcp_header_size(ByteView transport) {
  if (transport.size() < tcp_header) return 0;
  const std::size_t size = (transport[tcp_offset_at] >> 4) * std::size_t{4};
  return size >= tcp_header && size <= transport.size() ? size : 0;
}

}  // namespace sallyport::proto
