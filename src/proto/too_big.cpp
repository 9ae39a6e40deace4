#include "proto/too_big.hpp"

#include <algorithm>

#include "proto/checksum.hpp"
#include "proto/inner_packet.hpp"
#include "proto/transport_fields.hpp"

namespace sallyport::proto {

namespace {

constexpr std::uint8_t hop_limit = 64;

// An address that one host has.
bool is_unicast(const Address& address) {
  const auto bytes = address.bytes();
  if (address == Address() || address == Address::v6({})) return false;
  return address.is_v4() ? bytes[0] < 224 && bytes[0] != 0 : bytes[0] != 0xff;
}

bool is_icmp_error(const InnerPacket& inner, ByteView packet) {
  if (inner.header_size >= inner.size) return false;
  const auto type = packet[inner.header_size];
  if (inner.protocol == ip_protocol::icmpv6) return type < 128;  // RFC 4443 section 2.1
  // RFC 1122 section 3.2.2: unreachable, source quench, redirect, time exceeded, parameter problem.
  return inner.protocol == ip_protocol::icmp &&
         (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
}

Bytes too_big_v4(ByteView original, const Address& from, const Address& to, std::uint16_t mtu) {
  constexpr std::size_t largest = 576;  // RFC 1812 section 4.3.2.3
  constexpr std::size_t icmp_header = 8;
  const auto quoted = original.first(std::min(original.size(), largest - ipv4_header - icmp_header));
  Writer out;
  out.u16(0x4500);
  out.u16(static_cast<std::uint16_t>(ipv4_header + icmp_header + quoted.size()));
  out.u32(0);  // identification, no fragment
  out.u8(hop_limit);
  out.u8(ip_protocol::icmp);
  out.u16(0);  // checksum
  out.append(from.bytes());
  out.append(to.bytes());
  out.u16(0x0304);  // destination unreachable, fragmentation needed
  out.u16(0);       // checksum
  out.u16(0);
  out.u16(mtu);
  out.append(quoted);
  Bytes packet = out.take();
  put_u16(packet, 10, internet_checksum(ByteView(packet).first(ipv4_header)));
  put_u16(packet, ipv4_header + 2, internet_checksum(ByteView(packet).subspan(ipv4_header)));
  return packet;
}

Bytes too_big_v6(ByteView original, const Address& from, const Address& to, std::uint16_t mtu) {
  constexpr std::size_t largest = 1280;  // RFC 4443 section 2.4 (c)
  constexpr std::size_t icmp_header = 8;
  const auto quoted = original.first(std::min(original.size(), largest - ipv6_header - icmp_header));
  const auto payload = icmp_header + quoted.size();
  Writer out;
  out.u32(0x60000000);
  out.u16(static_cast<std::uint16_t>(payload));
  out.u8(ip_protocol::icmpv6);
  out.u8(hop_limit);
  out.append(from.bytes());
  out.append(to.bytes());
  out.u16(0x0200);  // packet too big
  out.u16(0);       // checksum
  out.u32(mtu);
  out.append(quoted);
  Bytes packet = out.take();
  put_u16(packet, ipv6_header + 2,
          internet_checksum(ByteView(packet).subspan(ipv6_header),
                            pseudo_header_sum(from, to, ip_protocol::icmpv6, payload)));
  return packet;
}

// The options that go into every fragment: those with the copied flag.
Bytes copied_options(ByteView options) {
  Bytes copied;
  for (std::size_t at = 0; at < options.size();) {
    const auto kind = options[at];
    if (kind == 0) break;
    if (kind == 1) {
      ++at;
      continue;
    }
    if (at + 1 >= options.size()) break;
    const std::size_t size = options[at + 1];
    if (size < 2 || at + size > options.size()) break;
    const auto option = options.subspan(at, size);
    if ((kind & 0x80U) != 0) copied.insert(copied.end(), option.begin(), option.end());
    at += size;
  }
  while (copied.size() % 4 != 0) copied.push_back(0);
  return copied;
}

}  // namespace

std::optional<Bytes> too_big_reply(ByteView packet, const Address& from, std::uint16_t mtu) {
  const auto inner = parse_inner_packet(packet);
  if (!inner || from.family() != inner->source.family() || !inner->dont_fragment) return std::nullopt;
  if (!is_unicast(inner->source) || !inner->is_first_fragment() || is_icmp_error(*inner, packet)) {
    return std::nullopt;
  }
  const auto original = packet.first(inner->size);
  if (!inner->is_v4()) return too_big_v6(original, from, inner->source, mtu);  // also about multicast
  if (!is_unicast(inner->destination)) return std::nullopt;
  return too_big_v4(original, from, inner->source, mtu);
}

std::vector<Bytes> fragment_ipv4(ByteView packet, std::uint16_t mtu) {
  std::vector<Bytes> fragments;
  const auto inner = parse_inner_packet(packet);
  if (!inner || !inner->is_v4() || inner->dont_fragment) return fragments;

  const auto first_header = packet.first(inner->header_size);
  const auto options = copied_options(first_header.subspan(ipv4_header));
  Bytes later_header(first_header.begin(), first_header.begin() + ipv4_header);
  later_header.insert(later_header.end(), options.begin(), options.end());
  later_header[0] = static_cast<std::uint8_t>(0x40U | later_header.size() / 4);

  auto rest = packet.subspan(inner->header_size, inner->size - inner->header_size);
  std::size_t offset = inner->fragment_offset;
  constexpr std::size_t largest_packet = 65535;
  if (offset + rest.size() > largest_packet) return fragments;  // its end has no offset that fits the header
  do {
    const ByteView header = fragments.empty() ? first_header : ByteView(later_header);
    if (mtu < header.size() + 8) return {};
    std::size_t take = mtu - header.size();
    const bool last = rest.size() <= take;
    take = last ? rest.size() : take / 8 * 8;
    const bool more = !last || inner->more_fragments;

    auto& fragment = fragments.emplace_back(header.begin(), header.end());
    fragment.insert(fragment.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(take));
    put_u16(fragment, 2, fragment.size());
    put_u16(fragment, 6, (more ? 0x2000U : 0U) | offset / 8);
    put_u16(fragment, 10, 0);
    put_u16(fragment, 10, internet_checksum(ByteView(fragment).first(header.size())));
    rest = rest.subspan(take);
    offset += take;
  } while (!rest.empty());
  return fragments;
}

}  // namespace sallyport::proto
