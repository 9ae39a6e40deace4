#include "proto/coalescer.hpp"

#include <algorithm>

#include "proto/checksum.hpp"
#include "proto/transport_fields.hpp"

namespace sallyport::proto {

namespace {

constexpr std::size_t most_packets = 63;  // UDP_MAX_SEGMENTS is 64 in the oldest kernels that have USO
constexpr std::size_t largest_packet = 65535;

bool same(ByteView one, ByteView other, std::size_t at, std::size_t size) {
  return std::ranges::equal(one.subspan(at, size), other.subspan(at, size));
}

// All but sizes, ids and checksums.
bool same_network_header(ByteView one, ByteView other, bool v4) {
  if (v4) return same(one, other, 0, 2) && same(one, other, 6, 4) && same(one, other, 12, 8);
  return same(one, other, 0, ipv6_size_at) && same(one, other, ipv6_size_at + 2, 34);
}

// All but sequence number, flags and checksum; `size` with the options.
bool same_tcp_header(ByteView one, ByteView other, std::size_t size) {
  return same(one, other, 0, tcp_sequence_at) && same(one, other, 8, 5) && same(one, other, 14, 2) &&
         same(one, other, 18, size - 18);
}

bool is_right(ByteView packet, const InnerPacket& inner) {
  const auto transport = packet.subspan(inner.header_size);
  const auto pseudo_header =
      pseudo_header_sum(inner.source, inner.destination, inner.protocol, transport.size());
  return (!inner.is_v4() || internet_checksum(packet.first(ipv4_header)) == 0) &&
         internet_checksum(transport, pseudo_header) == 0;
}

bool has_plain_header(const InnerPacket& inner) {
  return inner.header_size == (inner.is_v4() ? ipv4_header : ipv6_header) && inner.is_first_fragment() &&
         !inner.more_fragments;
}

// What may be merged at all: a data segment with no flags but ACK and PSH.
std::size_t mergeable_tcp(ByteView transport) {
  const auto size = tcp_header_size(transport);
  if (size == 0 || size == transport.size()) return 0;
  return (transport[tcp_flags_at] & ~tcp_flags::psh) == tcp_flags::ack ? size : 0;
}

std::size_t mergeable_udp(ByteView transport) {
  if (transport.size() <= udp_header || u16_at(transport, udp_size_at) != transport.size()) return 0;
  return u16_at(transport, udp_checksum_at) != 0 ? udp_header : 0;  // 0: it has none, which must stay so
}

}  // namespace

Coalescer::Coalescer() {
  parts_.reserve(most_packets);
}

bool Coalescer::add(MutableByteView packet, const InnerPacket& inner) {
  packet = packet.first(inner.size);
  if (std::exchange(taken_, false)) parts_.clear();
  if (!parts_.empty()) return join(packet, inner);
  begin(packet, inner);
  return true;
}

void Coalescer::begin(MutableByteView packet, const InnerPacket& inner) {
  parts_.push_back(packet);
  inner_ = inner;
  kind_ = Kind::alone;
  size_ = packet.size();
  right_.reset();
  pushed_ = false;
  closed_ = true;
  if (!has_plain_header(inner)) return;
  const auto transport = packet.subspan(inner.header_size);
  std::size_t header = 0;
  if (inner.protocol == ip_protocol::tcp && merges_tcp_) {
    header = mergeable_tcp(transport);
    if (header == 0) return;
    kind_ = Kind::tcp;
    pushed_ = (transport[tcp_flags_at] & tcp_flags::psh) != 0;
  } else if (inner.protocol == ip_protocol::udp && merges_udp_) {
    header = mergeable_udp(transport);
    if (header == 0) return;
    kind_ = Kind::udp;
  } else {
    return;
  }
  header_size_ = inner.header_size + header;
  segment_size_ = packet.size() - header_size_;
  closed_ = pushed_;
  if (kind_ == Kind::tcp) {
    next_sequence_ = u32_at(transport, tcp_sequence_at) + static_cast<std::uint32_t>(segment_size_);
  }
  if (inner.is_v4()) next_id_ = static_cast<std::uint16_t>(u16_at(packet, ipv4_id_at) + 1);
}

bool Coalescer::join(MutableByteView packet, const InnerPacket& inner) {
  if (closed_ || !fits(packet, inner) || !is_right(packet, inner)) return false;
  if (!right_) right_ = is_right(parts_.front(), inner_);
  if (!*right_) {
    closed_ = true;
    return false;
  }
  const auto payload = packet.subspan(header_size_);
  parts_.push_back(payload);
  size_ += payload.size();
  next_sequence_ += static_cast<std::uint32_t>(payload.size());
  ++next_id_;
  if (kind_ == Kind::tcp) pushed_ = (packet[inner.header_size + tcp_flags_at] & tcp_flags::psh) != 0;
  closed_ = pushed_ || payload.size() < segment_size_ || parts_.size() == most_packets;
  return true;
}

bool Coalescer::fits(ByteView packet, const InnerPacket& inner) const {
  if (inner.protocol != inner_.protocol || inner.is_v4() != inner_.is_v4() || !has_plain_header(inner)) {
    return false;
  }
  const auto transport = packet.subspan(inner.header_size);
  const auto first = ByteView(parts_.front()).subspan(inner_.header_size);
  const auto header = kind_ == Kind::tcp ? mergeable_tcp(transport) : mergeable_udp(transport);
  if (header == 0 || inner.header_size + header != header_size_) return false;
  const auto payload = packet.size() - header_size_;
  if (payload > segment_size_ || size_ + payload > largest_packet) return false;
  if (!same_network_header(packet, parts_.front(), inner.is_v4())) return false;
  // Without DF the id means something (RFC 6864).
  if (!inner.dont_fragment && u16_at(packet, ipv4_id_at) != next_id_) return false;
  if (kind_ == Kind::udp) return same(transport, first, 0, udp_size_at);
  return u32_at(transport, tcp_sequence_at) == next_sequence_ && same_tcp_header(transport, first, header);
}

Coalescer::Taken Coalescer::take() {
  taken_ = true;
  return {finish(), parts_, parts_.size()};
}

VnetHeader Coalescer::finish() {
  if (parts_.size() == 1) return {};
  const auto packet = parts_.front();
  const auto transport = packet.subspan(inner_.header_size);
  const auto size = size_ - inner_.header_size;
  if (inner_.is_v4()) {
    put_u16(packet, ipv4_size_at, size_);
    put_u16(packet, ipv4_checksum_at, 0);
    put_u16(packet, ipv4_checksum_at, internet_checksum(packet.first(ipv4_header)));
  } else {
    put_u16(packet, ipv6_size_at, size);
  }
  VnetHeader header{.flags = VnetHeader::needs_checksum,
                    .header_size = static_cast<std::uint16_t>(header_size_),
                    .segment_size = static_cast<std::uint16_t>(segment_size_),
                    .checksum_start = static_cast<std::uint16_t>(inner_.header_size)};
  std::size_t checksum_at = udp_checksum_at;
  if (kind_ == Kind::tcp) {
    header.gso_type = inner_.is_v4() ? VnetHeader::tcp4 : VnetHeader::tcp6;
    checksum_at = tcp_checksum_at;
    if (pushed_) transport[tcp_flags_at] |= tcp_flags::psh;
  } else {
    header.gso_type = VnetHeader::udp;
    put_u16(transport, udp_size_at, size);
  }
  header.checksum_offset = static_cast<std::uint16_t>(checksum_at);
  // The kernel does the rest of the sum.
  const auto pseudo_header = pseudo_header_sum(inner_.source, inner_.destination, inner_.protocol, size);
  put_u16(transport, checksum_at, ones_complement_sum({}, pseudo_header));
  return header;
}

}  // namespace sallyport::proto
