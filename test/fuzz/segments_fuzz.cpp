// A vnet header, then any bytes as a packet that came with it. Each segment is a whole packet with a right
// checksum, none is longer than announced, and together they carry what the packet carried.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "proto/checksum.hpp"
#include "proto/segments.hpp"

using namespace sallyport;

static void expect(bool holds) {
  if (!holds) std::abort();
}

static bool checksum_holds(ByteView packet, const proto::InnerPacket& inner) {
  const auto transport = packet.subspan(inner.header_size);
  return proto::internet_checksum(transport, proto::pseudo_header_sum(inner.source, inner.destination,
                                                                      inner.protocol, transport.size())) == 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using proto::VnetHeader;
  if (size < proto::vnet_header_size) return 0;
  const auto header = VnetHeader::from({data, size});
  Bytes packet(data + proto::vnet_header_size, data + size);
  const auto inner = proto::parse_inner_packet(packet);
  if (!inner) return 0;
  const Bytes before(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(inner->size));
  auto segments = proto::Segments::of(packet, *inner, header);
  if (!segments) return 0;
  const bool is_super = header.gso_type != VnetHeader::none;
  const auto headers = segments->largest() - std::min<std::size_t>(segments->largest(), header.segment_size);
  Bytes payload;
  for (auto left = segments->left(); left > 0; --left) {
    expect(segments->left() == left);
    const auto segment = segments->next();
    expect(segment.size() <= segments->largest());
    const auto parsed = proto::parse_inner_packet(segment);
    expect(parsed && parsed->size == segment.size());
    if (!is_super) continue;
    expect(checksum_holds(segment, *parsed));
    if (left > 1) expect(segment.size() == segments->largest());
    if (before.size() > headers + header.segment_size) {
      payload.insert(payload.end(), segment.begin() + static_cast<std::ptrdiff_t>(headers), segment.end());
    }
  }
  expect(segments->left() == 0);
  if (!payload.empty()) expect(std::ranges::equal(payload, ByteView(before).subspan(headers)));
  return 0;
}
