#include "tunnel/flow_queue.hpp"

#include <algorithm>

#include "proto/transport_fields.hpp"

namespace sallyport::tunnel {

namespace {

// Addresses, protocol and, where the packet has them, ports.
std::size_t hash_of(std::uint64_t session, ByteView packet, const proto::InnerPacket& inner) {
  constexpr std::uint64_t prime = 0x100000001b3;  // FNV-1a
  std::uint64_t hash = 0xcbf29ce484222325 ^ session;
  const auto mix = [&hash](ByteView bytes) {
    for (const auto byte : bytes) hash = (hash ^ byte) * prime;
  };
  mix(inner.source.bytes());
  mix(inner.destination.bytes());
  hash = (hash ^ inner.protocol) * prime;
  const bool has_ports =
      inner.protocol == proto::ip_protocol::tcp || inner.protocol == proto::ip_protocol::udp;
  const bool whole = inner.is_first_fragment() && !inner.more_fragments;
  if (has_ports && whole && inner.header_size + 4 <= inner.size) mix(packet.subspan(inner.header_size, 4));
  return hash ^ hash >> 32;
}

}  // namespace

FlowQueue::Flow& FlowQueue::flow_of(TunnelId tunnel, ByteView packet, const proto::InnerPacket& inner) {
  return flows_[hash_of(tunnel.session, packet, inner) % flows];
}

bool FlowQueue::push(TunnelId tunnel, MutableByteView packet, const proto::InnerPacket& inner,
                     const proto::VnetHeader& header, proto::Time now) {
  packet = packet.first(inner.size);
  Buffer memory(headroom + packet.size());
  const auto copy = memory.bytes().subspan(headroom);
  std::ranges::copy(packet, copy.begin());
  auto segments = proto::Segments::of(copy, inner, header);
  if (!segments) return false;
  Flow& flow = flow_of(tunnel, packet, inner);
  const auto size = segments->largest() * segments->left();
  flow.packets.push_back({tunnel, std::move(memory), *segments, 0, now});
  flow.packets.back().segment = flow.packets.back().segments.largest();
  flow.bytes += size;
  bytes_ += size;
  ++active_;
  if (!flow.listed) {
    flow.listed = true;
    flow.deficit = quantum;
    new_.push_back(&flow);
  }
  make_room();
  return true;
}

// RFC 8290 section 4.1.1: the fattest flow's oldest.
void FlowQueue::make_room() {
  while (bytes_ > most_bytes_) {
    Flow& fattest = *std::ranges::max_element(flows_, {}, &Flow::bytes);
    auto& packet = fattest.packets.front();
    const auto left = packet.segments.left();
    overflow_.push_back({packet.tunnel, left});
    fattest.bytes -= left * packet.segment;
    bytes_ -= left * packet.segment;
    --active_;
    fattest.packets.pop_front();
  }
}

// RFC 8290 section 4.2.
FlowQueue::Flow* FlowQueue::current() {
  for (;;) {
    auto& list = new_.empty() ? old_ : new_;
    if (list.empty()) return nullptr;
    Flow& flow = *list.front();
    if (flow.deficit > 0 && !flow.packets.empty()) return &flow;
    list.pop_front();
    if (flow.packets.empty()) {
      // A new flow goes behind the old ones first: else it would be new again with its next packet.
      flow.listed = &list == &new_ && !old_.empty();
    } else {
      flow.deficit += quantum;
    }
    if (flow.listed) old_.push_back(&flow);
  }
}

std::optional<FlowQueue::Next> FlowQueue::next(proto::Time now) {
  done_.clear();
  Flow* flow = current();
  if (flow == nullptr) return std::nullopt;
  auto& packet = flow->packets.front();
  const bool last = flow->bytes <= packet.segment;
  const bool drops = flow->codel.drops(packet.queued, last, now);
  flow->bytes -= packet.segment;
  bytes_ -= packet.segment;
  Next next{packet.tunnel, {}, drops};
  if (drops) {
    packet.segments.skip();
  } else {
    next.segment = packet.segments.next();
    flow->deficit -= static_cast<std::ptrdiff_t>(next.segment.size());
  }
  if (packet.segments.left() == 0) {
    done_.splice(done_.begin(), flow->packets, flow->packets.begin());
    --active_;
  }
  return next;
}

}  // namespace sallyport::tunnel
