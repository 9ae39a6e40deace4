#include "tunnel/to_peers.hpp"

#include <algorithm>
#include <cerrno>

#include "proto/cstp_frame.hpp"
#include "proto/dtls_frame.hpp"
#include "proto/too_big.hpp"
#include "tunnel/dtls_channel.hpp"
#include "tunnel/inner_rules.hpp"

namespace sallyport::tunnel {

namespace {

constexpr int packets_per_turn = 64;                     // then the sockets have their turn
constexpr std::size_t most_waiting_for_tls = 512 << 10;  // bytes, of one tunnel
constexpr int slice = 12;  // segments that a full socket is offered at once: it stays responsive

// The same bytes with `size` more in front, where there is room for a header.
MutableByteView with_room_before(MutableByteView packet, std::size_t size) {
  return {packet.data() - size, packet.size() + size};
}

}  // namespace

ToPeers::ToPeers(TunQueue& tun, Tunnels& tunnels, UdpSockets* udp, Place place)
    : tun_(tun), tunnels_(tunnels), udp_(udp), place_(std::move(place)) {}

bool ToPeers::carry(proto::Time now) {
  bool works = true;
  int packets = 0;
  for (; packets < packets_per_turn; ++packets) {
    // 1. Read a packet, or a super-packet.
    const auto read = tun_.read(now);
    works = read.has_value();
    if (!read || read->bytes.empty()) break;
    carry_packet(*read, now);
    if (packets == 0 && was_alone_) send_batch(now);
  }
  send_batch(now);
  was_alone_ = packets <= 1;
  return works;
}

// 7. All of the batch at once.
void ToPeers::send_batch(proto::Time now) {
  carry_waiting(now);
  push();
}

void ToPeers::carry_packet(const TunQueue::Packet& read, proto::Time now) {
  // 2. Look at its header.
  ++packets_;
  const auto inner = proto::parse_inner_packet(read.bytes);
  if (!inner) return nobody_.drop(Drop::not_ip);

  // 3. Whose is it?
  Tunnel* tunnel = tunnels_.routes.find(inner->destination);
  if (tunnel == nullptr) return hand_over(read, *inner);
  carry_to(*tunnel, read, *inner, now);
}

void ToPeers::carry_handed(const TunQueue::Packet& read, proto::Time now) {
  const auto inner = proto::parse_inner_packet(read.bytes);
  Tunnel* tunnel = inner ? tunnels_.routes.find(inner->destination) : nullptr;
  if (tunnel == nullptr) return nobody_.drop(Drop::no_session);  // it has ended meanwhile
  carry_to(*tunnel, read, *inner, now);
  send_batch(now);
}

// To its session's worker. The kernel learns which queue a flow belongs to from what comes back through it.
void ToPeers::hand_over(const TunQueue::Packet& read, const proto::InnerPacket& inner) {
  const auto owner = place_.other_owner(inner.destination);
  if (!owner) return nobody_.drop(Drop::no_session);
  HandedPacket packet{Bytes(TunQueue::headroom + read.bytes.size()), TunQueue::headroom, read.header};
  std::ranges::copy(read.bytes, packet.memory.begin() + TunQueue::headroom);
  if (!place_.board->hand_over(*owner, std::move(packet))) nobody_.drop(Drop::queue_full);
}

void ToPeers::carry_to(Tunnel& tunnel, const TunQueue::Packet& read, const proto::InnerPacket& inner,
                       proto::Time now) {
  if (is_user_data(inner)) tunnel.last_data = now;

  // 4. Cut it, or finish its checksum. A TCP connection that begins learns which segments fit.
  const bool is_super = read.header.gso_type != proto::VnetHeader::none;
  auto segments = proto::Segments::of(read.bytes, inner, read.header);
  if (!segments) return nobody_.drop(Drop::not_ip);
  if (!is_super && is_tcp_syn(inner, read.bytes)) proto::clamp_mss(read.bytes, tunnel.settings.mtu);

  // 5. Where its socket is full, or its peer needs time, it waits its turn.
  if (auto* queue = queue_of(tunnel, *segments, now)) {
    const auto header = is_super ? read.header : proto::VnetHeader();
    queue->push(tunnel.settings.id, read.bytes, inner, header, now);
    return count_overflow(*queue);
  }
  while (segments->left() > 0) send(tunnel, segments->next(), now);
}

bool ToPeers::must_wait_for_tls(const Tunnel& tunnel) {
  return tunnel.channel.is_full() || (tunnel.waiting && !tunnel.waiting->empty());
}

// Null: it need not wait.
FlowQueue* ToPeers::queue_of(Tunnel& tunnel, const proto::Segments& segments, proto::Time now) {
  if (tunnel.dtls && tunnel.dtls->carries(segments.largest())) {
    const auto records = segments.left() * (segments.largest() + DtlsChannel::most_overhead);
    return queue_for_dtls(tunnel, records, now);
  }
  return must_wait_for_tls(tunnel) ? &waiting_for_tls(tunnel) : nullptr;
}

FlowQueue* ToPeers::queue_for_dtls(Tunnel& tunnel, std::size_t records, proto::Time now) {
  auto* pacer = tunnel.dtls->pacer();
  if (pacer != nullptr && pacer->must_wait(now)) {
    tunnels_.wake_by(tunnel, pacer->taken_at());
    return &pacer->waiting();
  }
  return tunnel.dtls->has_to_wait(records) ? &tunnel.dtls->waiting() : nullptr;
}

FlowQueue& ToPeers::waiting_for_tls(Tunnel& tunnel) {
  if (!tunnel.waiting) tunnel.waiting = std::make_unique<FlowQueue>(most_waiting_for_tls);
  return *tunnel.waiting;
}

void ToPeers::hold(Tunnel& tunnel, MutableByteView packet, FlowQueue& queue, proto::Time now) {
  const auto inner = proto::parse_inner_packet(packet);
  if (!inner) return;
  queue.push(tunnel.settings.id, packet, *inner, {}, now);
  count_overflow(queue);
}

// 6. The channel, its header, record, socket or queue, counters. Does it fit? Sessions differ, the interface
// has one MTU.
void ToPeers::send(Tunnel& tunnel, MutableByteView packet, proto::Time now) {
  if (packet.size() > tunnel.settings.mtu) return refuse(tunnel, packet, now);
  if (tunnel.dtls && tunnel.dtls->carries(packet.size())) return send_by_dtls(tunnel, packet, now);
  send_by_tls(tunnel, packet, now);
}

// Too big: cut if the sender allows it, else tell the sender.
void ToPeers::refuse(Tunnel& tunnel, ByteView packet, proto::Time now) {
  auto fragments = proto::fragment_ipv4(packet, tunnel.settings.mtu);
  for (auto& fragment : fragments) {
    fragment.insert(fragment.begin(), proto::cstp_header_size, 0);
    send(tunnel, MutableByteView(fragment).subspan(proto::cstp_header_size), now);
  }
  if (!fragments.empty()) return;
  tunnel.counters.drop(Drop::too_big);
  if (!tunnel.icmp_errors.allow(now)) return;
  // From the address that was written to: the kernel takes nothing from the TUN that has an address of its
  // own.
  const auto inner = proto::parse_inner_packet(packet);
  const auto reply =
      inner ? proto::too_big_reply(packet, inner->destination, tunnel.settings.mtu) : std::nullopt;
  if (reply) tun_.write(*reply, now);
}

void ToPeers::send_by_tls(Tunnel& tunnel, MutableByteView packet, proto::Time now) {
  if (tunnel.channel.is_full()) {  // amid a super-packet
    return hold(tunnel, packet, waiting_for_tls(tunnel), now);
  }
  const auto frame = with_room_before(packet, proto::cstp_header_size);
  proto::put_cstp_header(frame.first<proto::cstp_header_size>(), proto::FrameType::data, packet.size());
  tunnel.channel.send(frame);
  if (!std::exchange(tunnel.has_to_push, true)) to_push_.push_back(&tunnel);
  tunnel.liveness.sent(now);
  ++tunnel.counters.tx_packets;
  tunnel.counters.tx_bytes += packet.size();
}

void ToPeers::send_by_dtls(Tunnel& tunnel, MutableByteView packet, proto::Time now) {
  const auto frame = with_room_before(packet, proto::dtls_header_size);
  frame[0] = static_cast<std::uint8_t>(proto::FrameType::data);
  if (!add_record(tunnel, frame)) return tunnel.counters.drop(Drop::udp_failed);
  if (tunnel.dtls->note_sent(now)) tunnels_.wake_by(tunnel, tunnel.dtls->next());
  ++tunnel.counters.tx_packets;
  tunnel.counters.tx_bytes += packet.size();
  auto* pacer = tunnel.dtls->pacer();
  if (pacer != nullptr && pacer->asks(now)) add_record(tunnel, proto::dtls_probe(packet.size()));
}

bool ToPeers::add_record(Tunnel& tunnel, ByteView frame) {
  auto& channel = *tunnel.dtls;
  auto& outbox = udp_->outbox(channel.route().socket);
  const bool room = outbox.has_room(frame.size() + DtlsChannel::most_overhead);
  const auto size = room ? channel.seal(frame, outbox.room()) : 0;
  if (size == 0) return false;
  const auto packet = frame.size() - proto::dtls_header_size;
  outbox.add(size, packet, channel.route().path, tunnel.settings.id.session, channel.burst());
  return true;
}

void ToPeers::carry_waiting(proto::Time now) {
  for (std::size_t socket = 0; udp_ != nullptr && socket < udp_->size(); ++socket) carry_waiting(socket, now);
}

void ToPeers::carry_waiting(std::size_t socket, proto::Time now) {
  auto& waiting = udp_->waiting(socket);
  flush(socket, now);
  while (!udp_->outbox(socket).is_blocked() && !waiting.empty()) {
    for (int i = 0; i < slice && !waiting.empty(); ++i) give(*waiting.next(now), now);
    flush(socket, now);
  }
}

void ToPeers::carry_waiting(Tunnel& tunnel, proto::Time now) {
  if (!tunnel.waiting) return;
  while (!tunnel.channel.is_full() && !tunnel.waiting->empty()) {
    for (int i = 0; i < slice && !tunnel.channel.is_full() && !tunnel.waiting->empty(); ++i) {
      give(*tunnel.waiting->next(now), now);
    }
    push();
  }
  if (tunnel.waiting->empty()) tunnel.waiting.reset();
}

// A segment that has had its turn here may have to wait for its socket as well, or go over TLS meanwhile.
void ToPeers::carry_paced(Tunnel& tunnel, proto::Time now) {
  auto* pacer = tunnel.dtls ? tunnel.dtls->pacer() : nullptr;
  if (pacer == nullptr || !pacer->has_waiting()) return;
  while (pacer->has_waiting() && !pacer->is_ahead(now)) {
    const auto next = *pacer->waiting().next(now);
    const auto size = next.segment.size();
    const bool waits = !next.dropped && tunnel.dtls->carries(size) &&
                       tunnel.dtls->has_to_wait(size + DtlsChannel::most_overhead);
    waits ? hold(tunnel, next.segment, tunnel.dtls->waiting(), now) : give(next, now);
  }
  send_batch(now);
  if (pacer->has_waiting()) tunnels_.wake_by(tunnel, pacer->taken_at());
}

void ToPeers::give(const FlowQueue::Next& next, proto::Time now) {
  Tunnel* tunnel = tunnels_.find(next.tunnel.session);
  if (tunnel == nullptr || tunnel->hanging_up || tunnel->settings.id != next.tunnel) return;
  if (next.dropped) return tunnel->counters.drop(Drop::queue_full);
  send(*tunnel, next.segment, now);
}

void ToPeers::count_overflow(FlowQueue& waiting) {
  for (const auto& lost : waiting.take_overflow()) {
    Tunnel* tunnel = tunnels_.find(lost.tunnel.session);
    if (tunnel != nullptr) tunnel->counters.drop(Drop::queue_full, lost.packets);
  }
}

void ToPeers::push() {
  for (Tunnel* tunnel : to_push_) {
    tunnel->has_to_push = false;
    tunnel->channel.push();
    if (tunnel->channel.is_broken()) tunnels_.agenda.add(*tunnel);
  }
  to_push_.clear();
}

// What the kernel refuses is lost: TCP inside sends it again, by TLS where the path has become too narrow.
void ToPeers::flush(std::size_t socket, proto::Time now) {
  auto& outbox = udp_->outbox(socket);
  outbox.flush();
  for (const auto& failure : outbox.failures()) {
    Tunnel* tunnel = tunnels_.find(failure.session);
    if (tunnel == nullptr) continue;
    tunnel->counters.drop(Drop::udp_failed);
    --tunnel->counters.tx_packets;
    tunnel->counters.tx_bytes -= failure.bytes;
    if (failure.error == EMSGSIZE && tunnel->dtls) {
      tunnel->dtls->path_has_narrowed(now);
      tunnels_.wake_by(*tunnel, tunnel->dtls->next());
    }
  }
  outbox.forget_failures();
}

}  // namespace sallyport::tunnel
