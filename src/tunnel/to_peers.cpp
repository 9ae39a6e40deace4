#include "tunnel/to_peers.hpp"

#include <algorithm>

#include "proto/cstp_frame.hpp"
#include "proto/dtls_frame.hpp"
#include "proto/too_big.hpp"
#include "tunnel/dtls_channel.hpp"
#include "tunnel/inner_rules.hpp"

namespace sallyport::tunnel {

namespace {

constexpr int packets_per_turn = 64;  // then the sockets have their turn
constexpr std::size_t largest_packet = 65535;

}  // namespace

ToPeers::ToPeers(TunQueue& tun, Tunnels& tunnels)
    : tun_(tun), tunnels_(tunnels), frame_(proto::cstp_header_size + largest_packet) {}

MutableByteView ToPeers::packet_room() {
  return MutableByteView(frame_).subspan(proto::cstp_header_size);
}

bool ToPeers::carry(proto::Time now) {
  for (int i = 0; i < packets_per_turn; ++i) {
    // 1. Read the packet behind the room for its header.
    const auto size = tun_.read(packet_room(), now);
    if (!size) return false;
    if (*size == 0) break;
    carry_packet(*size, now);
  }
  return true;
}

void ToPeers::carry_packet(std::size_t size, proto::Time now) {
  // 2. Look at its header.
  auto packet = packet_room().first(size);
  const auto inner = proto::parse_inner_packet(packet);
  if (!inner) return nobody_.drop(Drop::not_ip);
  packet = packet.first(inner->size);

  // 3. Whose is it?
  Tunnel* tunnel = tunnels_.routes.find(inner->destination);
  if (tunnel == nullptr) return nobody_.drop(Drop::no_session);
  if (is_user_data(*inner)) tunnel->last_data = now;

  // 4. Does it fit? Sessions differ, the interface has one MTU.
  if (packet.size() > tunnel->settings.mtu) return refuse(*tunnel, *inner, now);

  // 5. A TCP connection that begins learns which segments fit.
  if (is_tcp_syn(*inner, packet)) proto::clamp_mss(packet, tunnel->settings.mtu);

  // 6. Off to the peer.
  send(*tunnel, packet.size(), now);
}

// Too big: cut if the sender allows it, else tell the sender.
void ToPeers::refuse(Tunnel& tunnel, const proto::InnerPacket& inner, proto::Time now) {
  const auto packet = ByteView(packet_room()).first(inner.size);
  if (!inner.dont_fragment) {
    const auto fragments = proto::fragment_ipv4(packet, tunnel.settings.mtu);
    for (const auto& fragment : fragments) {
      std::ranges::copy(fragment, packet_room().begin());
      send(tunnel, fragment.size(), now);
    }
    if (!fragments.empty()) return;
  }
  tunnel.counters.drop(Drop::too_big);
  if (!tunnel.icmp_errors.allow(now)) return;
  // From the address that was written to: the kernel takes nothing from the TUN that has an address of its
  // own.
  const auto reply = proto::too_big_reply(packet, inner.destination, tunnel.settings.mtu);
  if (reply) tun_.write(*reply, now);
}

// The channel, its header, record, socket or queue, counters.
void ToPeers::send(Tunnel& tunnel, std::size_t size, proto::Time now) {
  const auto dropped = tunnel.dtls && tunnel.dtls->carries(size) ? send_by_dtls(tunnel, size, now)
                                                                 : send_by_tls(tunnel, size, now);
  if (dropped) return tunnel.counters.drop(*dropped);
  ++tunnel.counters.tx_packets;
  tunnel.counters.tx_bytes += size;
}

std::optional<Drop> ToPeers::send_by_tls(Tunnel& tunnel, std::size_t size, proto::Time now) {
  const auto frame = MutableByteView(frame_).first(proto::cstp_header_size + size);
  proto::put_cstp_header(frame.first<proto::cstp_header_size>(), proto::FrameType::data, size);
  if (!tunnel.channel.send(frame)) return Drop::queue_full;
  if (tunnel.channel.is_broken()) tunnels_.agenda.add(tunnel);
  tunnel.liveness.sent(now);
  return std::nullopt;
}

std::optional<Drop> ToPeers::send_by_dtls(Tunnel& tunnel, std::size_t size, proto::Time now) {
  using Outcome = DtlsChannel::Outcome;
  constexpr auto header_at = proto::cstp_header_size - proto::dtls_header_size;
  const auto frame = MutableByteView(frame_).subspan(header_at, proto::dtls_header_size + size);
  frame[0] = static_cast<std::uint8_t>(proto::FrameType::data);
  const auto outcome = tunnel.dtls->send_data(frame, now);
  if (outcome == Outcome::sent) return std::nullopt;
  tunnels_.wake_by(tunnel, tunnel.dtls->next());
  if (outcome == Outcome::too_long) return send_by_tls(tunnel, size, now);
  return outcome == Outcome::refused ? std::optional(Drop::udp_failed) : std::nullopt;
}

}  // namespace sallyport::tunnel
