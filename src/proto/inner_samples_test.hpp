// For the tests of Segments and Coalescer: TCP and UDP packets with right checksums.
#pragma once

#include "proto/checksum.hpp"
#include "proto/inner_packet.hpp"
#include "proto/transport_fields.hpp"
#include "proto/vnet_header.hpp"

namespace sallyport::proto::test {

// Makes the checksums of a TCP or UDP packet without options right.
inline void mend(MutableByteView packet) {
  const auto inner = *parse_inner_packet(packet);
  if (inner.is_v4()) {
    put_u16(packet, ipv4_checksum_at, 0);
    put_u16(packet, ipv4_checksum_at, internet_checksum(packet.first(ipv4_header)));
  }
  const auto transport = packet.subspan(inner.header_size);
  const bool tcp = inner.protocol == ip_protocol::tcp;
  const auto at = tcp ? tcp_checksum_at : udp_checksum_at;
  put_u16(transport, at, 0);
  const auto sum = internet_checksum(
      transport, pseudo_header_sum(inner.source, inner.destination, inner.protocol, transport.size()));
  put_u16(transport, at, !tcp && sum == 0 ? 0xffff : sum);
}

struct Sample {
  bool v4 = true;
  bool tcp = true;
  std::size_t payload = 1000;
  std::uint32_t sequence = 0xfffffe00;  // runs over
  std::uint16_t id = 0xfffe;            // ...
  std::uint8_t flags = tcp_flags::ack;
  std::uint16_t window = 500;
  std::uint16_t port = 1234;
  bool dont_fragment = true;
  std::uint8_t tos = 0;
  std::uint8_t ttl = 64;
  std::uint32_t acknowledged = 77;
  Bytes tcp_options{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
  std::uint8_t first_byte = 0;  // of a payload that counts on

  std::size_t network_size() const { return v4 ? ipv4_header : ipv6_header; }
  std::size_t header_size() const {
    return network_size() + (tcp ? tcp_header + tcp_options.size() : udp_header);
  }
  Address source() const { return *Address::parse(v4 ? "10.20.0.5" : "fd20::5"); }
  Address destination() const { return *Address::parse(v4 ? "192.0.2.9" : "2001:db8::9"); }

  Bytes packet() const {
    Writer out;
    const auto transport_size = header_size() - network_size() + payload;
    if (v4) {
      out.u8(0x45);
      out.u8(tos);
      out.u16(static_cast<std::uint16_t>(ipv4_header + transport_size));
      out.u16(id);
      out.u16(dont_fragment ? 0x4000 : 0);
      out.u8(ttl);
      out.u8(tcp ? ip_protocol::tcp : ip_protocol::udp);
      out.u16(0);
    } else {
      out.u32(0x60000000U | static_cast<std::uint32_t>(tos) << 20);
      out.u16(static_cast<std::uint16_t>(transport_size));
      out.u8(tcp ? ip_protocol::tcp : ip_protocol::udp);
      out.u8(ttl);
    }
    out.append(source().bytes());
    out.append(destination().bytes());
    out.u16(port);
    out.u16(80);
    if (tcp) {
      out.u32(sequence);
      out.u32(acknowledged);
      out.u8(static_cast<std::uint8_t>((tcp_header + tcp_options.size()) / 4 << 4));
      out.u8(flags);
      out.u16(window);
      out.u32(0);
      out.append(tcp_options);
    } else {
      out.u16(static_cast<std::uint16_t>(transport_size));
      out.u16(0);
    }
    for (std::size_t i = 0; i < payload; ++i) out.u8(static_cast<std::uint8_t>(first_byte + i));
    auto made = out.take();
    mend(made);
    return made;
  }

  // What the kernel gives with a super-packet.
  VnetHeader offload(std::size_t segment) const {
    return {.flags = VnetHeader::needs_checksum,
            .gso_type = !tcp ? VnetHeader::udp : (v4 ? VnetHeader::tcp4 : VnetHeader::tcp6),
            .header_size = static_cast<std::uint16_t>(header_size()),
            .segment_size = static_cast<std::uint16_t>(segment),
            .checksum_start = static_cast<std::uint16_t>(network_size()),
            .checksum_offset = static_cast<std::uint16_t>(tcp ? tcp_checksum_at : udp_checksum_at)};
  }

  // The next of the same flow, behind this one.
  Sample following(std::size_t size) const {
    Sample next = *this;
    next.payload = size;
    next.sequence += static_cast<std::uint32_t>(payload);
    ++next.id;
    next.first_byte = static_cast<std::uint8_t>(first_byte + payload);
    return next;
  }
};

inline bool checksums_hold(ByteView packet) {
  const auto inner = *parse_inner_packet(packet);
  const auto transport = packet.subspan(inner.header_size, inner.size - inner.header_size);
  return (!inner.is_v4() || internet_checksum(packet.first(inner.header_size)) == 0) &&
         internet_checksum(transport, pseudo_header_sum(inner.source, inner.destination, inner.protocol,
                                                        transport.size())) == 0;
}

}  // namespace sallyport::proto::test
