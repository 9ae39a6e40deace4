#include "proto/segments.hpp"

#include <algorithm>

#include "proto/checksum.hpp"
#include "proto/transport_fields.hpp"

namespace sallyport::proto {

namespace {

// RFC 768: a sum of 0 is sent as its other form, since 0 means that there is none.
std::uint16_t for_udp(std::uint16_t checksum) {
  return checksum == 0 ? 0xffff : checksum;
}

// What the kernel has begun: the field holds the sum of the pseudo header.
bool finish_checksum(MutableByteView packet, const InnerPacket& inner, const VnetHeader& header) {
  const std::size_t start = header.checksum_start;
  const std::size_t field = start + header.checksum_offset;
  if (start < inner.header_size || field + 2 > packet.size()) return false;
  const auto checksum = internet_checksum(packet.subspan(start));
  put_u16(packet, field, inner.protocol == ip_protocol::udp ? for_udp(checksum) : checksum);
  return true;
}

// The transport header's size, where the super-packet is what it says it is; 0: it is not.
std::size_t transport_header(ByteView packet, const InnerPacket& inner, const VnetHeader& header) {
  const auto kind = header.gso_type & ~VnetHeader::has_ecn;
  const auto transport = packet.subspan(inner.header_size);
  if (inner.more_fragments || !inner.is_first_fragment() || header.segment_size == 0 ||
      (header.flags & VnetHeader::needs_checksum) == 0 || header.checksum_start != inner.header_size) {
    return 0;
  }
  if (kind == VnetHeader::udp) {
    const bool is_udp = inner.protocol == ip_protocol::udp && header.checksum_offset == udp_checksum_at;
    return is_udp && transport.size() >= udp_header ? udp_header : 0;
  }
  if (kind != (inner.is_v4() ? VnetHeader::tcp4 : VnetHeader::tcp6)) return 0;
  if (inner.protocol != ip_protocol::tcp || header.checksum_offset != tcp_checksum_at) return 0;
  return tcp_header_size(transport);
}

}  // namespace

std::optional<Segments> Segments::of(MutableByteView packet, const InnerPacket& inner,
                                     const VnetHeader& header) {
  packet = packet.first(inner.size);
  Segments made;
  if (header.gso_type == VnetHeader::none) {
    const bool unfinished = (header.flags & VnetHeader::needs_checksum) != 0;
    if (unfinished && !finish_checksum(packet, inner, header)) return std::nullopt;
    made.rest_ = packet;
    made.largest_ = packet.size();
    return made;
  }
  const auto transport = transport_header(packet, inner, header);
  made.header_size_ = inner.header_size + transport;
  if (transport == 0 || made.header_size_ > most_header) return std::nullopt;
  made.kind_ = inner.protocol == ip_protocol::tcp ? Kind::tcp : Kind::udp;
  made.v4_ = inner.is_v4();
  made.transport_at_ = inner.header_size;
  made.segment_size_ = header.segment_size;
  made.addresses_ = pseudo_header_sum(inner.source, inner.destination, inner.protocol, 0);
  made.begin(packet);
  return made;
}

void Segments::begin(MutableByteView packet) {
  std::ranges::copy(packet.first(header_size_), header_.begin());
  rest_ = packet.subspan(header_size_);
  left_ = std::max<std::size_t>(1, (rest_.size() + segment_size_ - 1) / segment_size_);
  largest_ = header_size_ + std::min(segment_size_, rest_.size());
  if (v4_) id_ = u16_at(header_, ipv4_id_at);
  if (kind_ != Kind::tcp) return;
  sequence_ = u32_at(header_, transport_at_ + tcp_sequence_at);
}

MutableByteView Segments::next() {
  --left_;
  if (kind_ == Kind::single) return rest_;
  const auto size = std::min(segment_size_, rest_.size());
  const MutableByteView segment(rest_.data() - header_size_, header_size_ + size);
  std::ranges::copy(ByteView(header_).first(header_size_), segment.begin());
  write_header(segment, left_ == 0);
  rest_ = rest_.subspan(size);
  sequence_ += static_cast<std::uint32_t>(size);
  ++id_;
  first_ = false;
  return segment;
}

void Segments::skip() {
  --left_;
  if (kind_ == Kind::single) return;
  const auto size = std::min(segment_size_, rest_.size());
  rest_ = rest_.subspan(size);
  sequence_ += static_cast<std::uint32_t>(size);
  ++id_;
}

// As the kernel cuts (net/ipv4/tcp_offload.c): ids count on, FIN and PSH are the last segment's, CWR the
// first's.
void Segments::write_header(MutableByteView segment, bool last) {
  const auto transport = segment.subspan(transport_at_);
  if (v4_) {
    put_u16(segment, ipv4_size_at, segment.size());
    put_u16(segment, ipv4_id_at, id_);
    put_u16(segment, ipv4_checksum_at, 0);
    put_u16(segment, ipv4_checksum_at, internet_checksum(segment.first(transport_at_)));
  } else {
    put_u16(segment, ipv6_size_at, segment.size() - ipv6_header);
  }
  const auto pseudo_header = addresses_ + static_cast<std::uint32_t>(transport.size());
  if (kind_ == Kind::udp) {
    put_u16(transport, udp_size_at, transport.size());
    put_u16(transport, udp_checksum_at, 0);
    put_u16(transport, udp_checksum_at, for_udp(internet_checksum(transport, pseudo_header)));
    return;
  }
  put_u32(transport, tcp_sequence_at, sequence_);
  auto& flags = transport[tcp_flags_at];
  if (!last) flags &= static_cast<std::uint8_t>(~(tcp_flags::fin | tcp_flags::psh));
  if (!first_) flags &= static_cast<std::uint8_t>(~tcp_flags::cwr);
  put_u16(transport, tcp_checksum_at, 0);
  put_u16(transport, tcp_checksum_at, internet_checksum(transport, pseudo_header));
}

}  // namespace sallyport::proto
