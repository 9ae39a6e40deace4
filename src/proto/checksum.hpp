// The Internet checksum (RFC 1071), which the data path computes over every TCP and UDP payload.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/ip.hpp"

namespace sallyport::proto {

// Ones' complement sum of the 16-bit words, folded; `initial` is a sum to start from. An odd byte at the end
// is the high half of a word.
std::uint16_t ones_complement_sum(ByteView bytes, std::uint32_t initial = 0);
// Its complement: what a header carries, and 0 where the bytes hold a right one.
inline std::uint16_t internet_checksum(ByteView bytes, std::uint32_t initial = 0) {
  return static_cast<std::uint16_t>(~ones_complement_sum(bytes, initial));
}
// Sum over the pseudo header of TCP, UDP and ICMPv6 (RFC 9293 section 3.1, RFC 8200 section 8.1).
std::uint32_t pseudo_header_sum(const Address& source, const Address& destination, std::uint8_t protocol,
                                std::size_t size);

}  // namespace sallyport::proto
