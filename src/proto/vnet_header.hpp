// What stands before each packet of a TUN interface that was opened with IFF_VNET_HDR: what the kernel has
// left for us to do, or we for the kernel. linux/virtio_net.h has it too, but with a field called `class`.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "base/bytes.hpp"

namespace sallyport::proto {

inline constexpr std::size_t vnet_header_size = 10;

struct VnetHeader {
  static constexpr std::uint8_t needs_checksum = 1;  // flags: from csum_start on, to csum_start + csum_offset
  static constexpr std::uint8_t checksum_valid = 2;

  static constexpr std::uint8_t none = 0;  // gso_type
  static constexpr std::uint8_t tcp4 = 1;
  static constexpr std::uint8_t tcp6 = 4;
  static constexpr std::uint8_t udp = 5;         // VIRTIO_NET_HDR_GSO_UDP_L4
  static constexpr std::uint8_t has_ecn = 0x80;  // CWR is set

  std::uint8_t flags = 0;
  std::uint8_t gso_type = none;
  std::uint16_t header_size = 0;   // a hint; all in the machine's byte order
  std::uint16_t segment_size = 0;  // payload of each but the last
  std::uint16_t checksum_start = 0;
  std::uint16_t checksum_offset = 0;

  static VnetHeader from(ByteView bytes) {  // vnet_header_size of them
    VnetHeader header;
    std::memcpy(&header, bytes.data(), vnet_header_size);
    return header;
  }
  std::array<std::uint8_t, vnet_header_size> bytes() const {
    std::array<std::uint8_t, vnet_header_size> made;
    std::memcpy(made.data(), this, made.size());
    return made;
  }
};
static_assert(sizeof(VnetHeader) == vnet_header_size);

}  // namespace sallyport::proto
