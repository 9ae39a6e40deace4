#include "proto/inner_packet.hpp"

#include <algorithm>
#include <array>

#include "proto/checksum.hpp"
#include "proto/transport_fields.hpp"

namespace sallyport::proto {

namespace {

Address v6_at(ByteView bytes, std::size_t at) {
  std::array<std::uint8_t, 16> address{};
  std::ranges::copy(bytes.subspan(at, address.size()), address.begin());
  return Address::v6(address);
}

std::optional<InnerPacket> parse_ipv4(ByteView packet) {
  if (packet.size() < ipv4_header) return std::nullopt;
  InnerPacket inner;
  inner.header_size = (packet[0] & 15U) * std::size_t{4};
  inner.size = u16_at(packet, 2);
  if (inner.header_size < ipv4_header || inner.size < inner.header_size || inner.size > packet.size()) {
    return std::nullopt;
  }
  const auto fragment = u16_at(packet, 6);
  inner.dont_fragment = (fragment & 0x4000U) != 0;
  inner.more_fragments = (fragment & 0x2000U) != 0;
  inner.fragment_offset = static_cast<std::uint16_t>((fragment & 0x1fffU) * 8U);
  inner.protocol = packet[9];
  inner.source = Address::v4(u32_at(packet, 12));
  inner.destination = Address::v4(u32_at(packet, 16));
  return inner;
}

// Steps over the extension headers of RFC 8200 section 4 that may come before a transport header.
void skip_extensions(ByteView packet, InnerPacket& inner) {
  constexpr std::uint8_t hop_by_hop = 0;
  constexpr std::uint8_t routing = 43;
  constexpr std::uint8_t fragment = 44;
  constexpr std::uint8_t destination_options = 60;
  constexpr int max_extensions = 8;
  for (int i = 0; i < max_extensions && inner.header_size + 8 <= inner.size; ++i) {
    const auto header = packet.subspan(inner.header_size, 8);
    std::size_t size = 8;
    if (inner.protocol == fragment) {
      const auto place = u16_at(header, 2);
      inner.fragment_offset = place & 0xfff8U;
      inner.more_fragments = (place & 1U) != 0;
    } else if (inner.protocol == hop_by_hop || inner.protocol == routing ||
               inner.protocol == destination_options) {
      size += header[1] * std::size_t{8};
    } else {
      return;
    }
    if (inner.header_size + size > inner.size) return;
    inner.protocol = header[0];
    inner.header_size += size;
    if (!inner.is_first_fragment()) return;  // what follows is payload, whatever its number says
  }
}

std::optional<InnerPacket> parse_ipv6(ByteView packet) {
  if (packet.size() < ipv6_header) return std::nullopt;
  InnerPacket inner;
  inner.header_size = ipv6_header;
  inner.size = ipv6_header + u16_at(packet, 4);
  if (inner.size > packet.size()) return std::nullopt;
  inner.dont_fragment = true;
  inner.protocol = packet[6];
  inner.source = v6_at(packet, 8);
  inner.destination = v6_at(packet, 24);
  skip_extensions(packet, inner);
  return inner;
}

std::uint16_t swapped(std::uint16_t value) {
  return static_cast<std::uint16_t>(value << 8 | value >> 8);
}

// Where the value of the MSS option (kind 2, RFC 9293 section 3.7.1) stands in a TCP header; 0: nowhere.
std::size_t find_mss(ByteView tcp) {
  std::size_t at = tcp_header;
  while (at + 1 < tcp.size()) {
    const auto kind = tcp[at];
    if (kind == 0) return 0;
    if (kind == 1) {
      ++at;
      continue;
    }
    const std::size_t size = tcp[at + 1];
    if (size < 2 || at + size > tcp.size()) return 0;
    if (kind == 2) return size == 4 ? at + 2 : 0;
    at += size;
  }
  return 0;
}

}  // namespace

std::optional<InnerPacket> parse_inner_packet(ByteView packet) {
  if (packet.empty()) return std::nullopt;
  if (packet[0] >> 4 == 4) return parse_ipv4(packet);
  return packet[0] >> 4 == 6 ? parse_ipv6(packet) : std::nullopt;
}

bool clamp_mss(MutableByteView packet, std::uint16_t mtu) {
  const auto inner = parse_inner_packet(packet);
  if (!inner || inner->protocol != ip_protocol::tcp || !inner->is_first_fragment()) return false;
  auto tcp = packet.subspan(inner->header_size, inner->size - inner->header_size);
  constexpr std::uint8_t syn = 2;
  if (tcp.size() < tcp_header || (tcp[13] & syn) == 0) return false;
  const std::size_t size = (tcp[12] >> 4) * std::size_t{4};
  if (size < tcp_header || size > tcp.size()) return false;

  const auto at = find_mss(tcp.first(size));
  const std::size_t headers = (inner->is_v4() ? ipv4_header : ipv6_header) + tcp_header;
  if (at == 0 || mtu <= headers) return false;
  const auto old_mss = u16_at(tcp, at);
  const auto new_mss = static_cast<std::uint16_t>(mtu - headers);
  if (old_mss <= new_mss) return false;
  put_u16(tcp, at, new_mss);

  // RFC 1624 equation 3. At an odd offset the halves of the value lie in two words, which is the same as the
  // swapped value in one.
  const bool odd = at % 2 != 0;
  const auto removed = static_cast<std::uint16_t>(~(odd ? swapped(old_mss) : old_mss));
  const auto added = odd ? swapped(new_mss) : new_mss;
  const auto sum = static_cast<std::uint16_t>(~u16_at(tcp, 16)) + std::uint32_t{removed} + added;
  put_u16(tcp, 16, internet_checksum({}, sum));
  return true;
}

}  // namespace sallyport::proto
