#include "tunnel/from_peers.hpp"

#include <algorithm>

#include "proto/cstp_frame.hpp"
#include "proto/dtls_frame.hpp"
#include "proto/inner_packet.hpp"
#include "tunnel/inner_rules.hpp"

namespace sallyport::tunnel {

namespace {

using proto::CstpReader;
using proto::FrameType;
using tls::Step;

constexpr int records_per_turn = 64;  // then others have their turn
constexpr int batches_per_turn = 4;   // ... of up to 16 bursts
constexpr std::size_t record_memory = 256 << 10;

}  // namespace

FromPeers::FromPeers(TunQueue& tun, Tunnels& tunnels, bool merges_udp)
    : to_kernel_(tun, merges_udp), tunnels_(tunnels), records_(record_memory) {}

std::optional<Ending> FromPeers::carry(Tunnel& tunnel, proto::Time now) {
  auto ending = carry_records(tunnel, now);
  to_kernel_.flush(now);
  return ending;
}

MutableByteView FromPeers::room_for_record(proto::Time now) {
  if (records_.size() - used_ < proto::max_cstp_frame) {
    to_kernel_.flush(now);
    used_ = 0;
  }
  return records_.bytes().subspan(used_, proto::max_cstp_frame);
}

std::optional<Ending> FromPeers::carry_records(Tunnel& tunnel, proto::Time now) {
  used_ = 0;
  for (int i = 0; i < records_per_turn; ++i) {
    // 1. Read and decrypt one record.
    std::size_t size = 0;
    const auto step = tunnel.channel.read_record(room_for_record(now), size);
    used_ += size;
    if (step == Step::closed || step == Step::failed) {
      return Ending{EndCause::lost, {}, tunnel.channel.error().text};
    }
    if (step != Step::done) {
      if (!tunnel.channel.is_broken()) return std::nullopt;
      return Ending{EndCause::lost, {}, tunnel.channel.error().text};
    }
    if (auto ending = carry_frames(tunnel, now)) return ending;
  }
  tunnels_.agenda.add(tunnel);
  return std::nullopt;
}

std::optional<Ending> FromPeers::carry_unread(Tunnel& tunnel, MutableByteView plaintext, proto::Time now) {
  tunnel.channel.add_plaintext(plaintext);
  auto ending = carry_frames(tunnel, now);
  to_kernel_.flush(now);
  return ending;
}

std::optional<Ending> FromPeers::carry_frames(Tunnel& tunnel, proto::Time now) {
  // 2. Take it apart: usually it is one frame. Any frame is a sign of life.
  for (;;) {
    const auto next = tunnel.channel.next_frame();
    if (next.status == CstpReader::Status::incomplete) return std::nullopt;
    if (next.status == CstpReader::Status::malformed) {
      return Ending{EndCause::malformed, {}, "the peer sent something that is no frame"};
    }
    tunnel.liveness.heard(now);
    if (tunnel.hanging_up) continue;
    if (auto ending = carry_frame(tunnel, next.frame, now)) return ending;
    if (tunnel.channel.gives_copies()) to_kernel_.flush(now);  // before they are gone
  }
}

std::optional<Ending> FromPeers::carry_frame(Tunnel& tunnel, const proto::Frame& frame, proto::Time now) {
  // 3. What is it?
  switch (frame.type) {
    case FrameType::data:
      if (frame.payload.empty()) break;
      if (tunnel.dtls) tunnel.dtls->data_over_tls(frame.payload.size(), now);
      carry_packet(tunnel, frame.payload, now);
      break;
    case FrameType::dpd_request:
      // At once and with the same bytes: clients measure the MTU with it (protocol reference 11, 3 and 4).
      tunnel.channel.send_control(proto::cstp_dpd_response(frame.payload));
      tunnel.liveness.sent(now);
      break;
    case FrameType::disconnect:
      return Ending{EndCause::disconnected, proto::Disconnect::parse(frame.payload),
                    "the peer said DISCONNECT"};
    case FrameType::terminate:
      return Ending{EndCause::disconnected, proto::Disconnect{}, "the peer said TERMINATE"};
    case FrameType::compressed:
      return Ending{EndCause::malformed, {}, "the peer sent a compressed packet, which was not negotiated"};
    case FrameType::dpd_response:
    case FrameType::keepalive:
    default:  // types without a name are ignored, as ocserv does
      break;
  }
  return std::nullopt;
}

void FromPeers::carry_datagrams(DtlsPort& port, std::size_t socket, proto::Time now) {
  for (int i = 0; i < batches_per_turn; ++i) {
    // 1. Read what is there, merged where the kernel could.
    const auto bursts = port.sockets().receive(socket);
    for (const auto& burst : bursts) {
      if (!port.hand_over(burst, {socket, burst.path}, now)) carry_burst(port, socket, burst, now);
    }
    to_kernel_.flush(now);
    if (bursts.size() < sys::UdpReceiveBatch::most) break;
  }
}

void FromPeers::carry_handed(DtlsPort& port, HandedDatagrams datagrams, proto::Time now) {
  carry_burst(port, datagrams.socket, {datagrams.bytes, datagrams.datagram, datagrams.path}, now);
  to_kernel_.flush(now);
}

void FromPeers::carry_burst(DtlsPort& port, std::size_t socket, const sys::UdpReceiveBatch::Burst& burst,
                            proto::Time now) {
  port.begin_burst({socket, burst.path}, burst.bytes.size() > burst.datagram);
  auto rest = burst.bytes;
  do {
    const auto datagram = rest.first(std::min(rest.size(), burst.datagram));
    rest = rest.subspan(datagram.size());
    carry_datagram(port, datagram, now);
  } while (!rest.empty());
}

void FromPeers::carry_datagram(DtlsPort& port, MutableByteView datagram, proto::Time now) {
  // 2. Whose is it? Only decryption can tell; then take its records one by one.
  const auto opened = port.open(datagram, now);
  if (!opened) return;
  auto& association = opened->association;
  Tunnel& tunnel = association.tunnel;
  bool goes_on = carry_dtls_frame(association, opened->plaintext, now);
  while (goes_on) {
    const auto record = port.open_next(association, now);
    goes_on = record && carry_dtls_frame(association, *record, now);
  }
  port.look_again(tunnel);
}

// False: the association has ended.
bool FromPeers::carry_dtls_frame(Association& association, MutableByteView record, proto::Time now) {
  // 3. What is it?
  const auto frame = proto::parse_dtls_frame(record);
  if (!frame || association.tunnel.hanging_up) return true;
  switch (frame->type) {
    case FrameType::data:
      if (frame->payload.empty()) return true;
      carry_packet(association.tunnel, frame->payload, now);
      if (!association.dtls.has_own_records()) to_kernel_.flush(now);  // the next record takes its place
      return true;
    case FrameType::dpd_request:
      association.tunnel.dtls->answer(association, proto::dtls_dpd_response(frame->payload), now);
      return true;
    case FrameType::dpd_response:
      association.tunnel.dtls->probe_answered(association, frame->payload.size(), now);
      return true;
    case FrameType::disconnect:
      // The session's end is said over TLS; here it can only be meant for DTLS (anylink does so).
      association.tunnel.dtls->end(association, "the other end said DISCONNECT over DTLS", now);
      return false;
    default:  // keepalives have been heard; others are ignored, as ocserv and openconnect do
      return true;
  }
}

void FromPeers::carry_packet(Tunnel& tunnel, MutableByteView payload, proto::Time now) {
  // 4. Look at the packet's header.
  ++packets_;
  const auto inner = proto::parse_inner_packet(payload);
  if (!inner) return tunnel.counters.drop(Drop::not_ip);

  // 5. Is it from an address of this peer's?
  if (!tunnel.may_send_from(inner->source)) return tunnel.counters.drop(Drop::bad_source);
  if (is_user_data(*inner)) tunnel.last_data = now;

  // 6. A TCP connection that begins learns which segments fit on their way back.
  const auto packet = payload.first(inner->size);
  if (is_tcp_syn(*inner, packet)) proto::clamp_mss(packet, tunnel.settings.mtu);

  // 7. Off to the kernel, with what follows of its flow.
  to_kernel_.give(tunnel, packet, *inner, now);
}

}  // namespace sallyport::tunnel
