// The packet's walk from the TUN queue to the peers.
#pragma once

#include "proto/segments.hpp"
#include "tunnel/tun_queue.hpp"
#include "tunnel/tunnels.hpp"
#include "tunnel/udp_sockets.hpp"

namespace sallyport::tunnel {

class ToPeers {
 public:
  // `udp`: null without DTLS.
  ToPeers(TunQueue& tun, Tunnels& tunnels, UdpSockets* udp, Place place);

  // One batch. False: the interface fails.
  bool carry(proto::Time now);
  // A packet that another worker has read.
  void carry_handed(const TunQueue::Packet& read, proto::Time now);
  // A UDP socket that was full may have room again: what waited for it goes on.
  void carry_waiting(proto::Time now);
  // The same of a tunnel's TLS channel.
  void carry_waiting(Tunnel& tunnel, proto::Time now);
  // ... and of its DTLS channel, whose peer has had time for what it was sent.
  void carry_paced(Tunnel& tunnel, proto::Time now);

  const Counters& nobody() const { return nobody_; }
  std::uint64_t packets() const { return packets_; }  // or super-packets, that were read

 private:
  void carry_packet(const TunQueue::Packet& read, proto::Time now);
  void carry_to(Tunnel& tunnel, const TunQueue::Packet& read, const proto::InnerPacket& inner,
                proto::Time now);
  void hand_over(const TunQueue::Packet& read, const proto::InnerPacket& inner);
  void send_batch(proto::Time now);
  void send(Tunnel& tunnel, MutableByteView packet, proto::Time now);
  void refuse(Tunnel& tunnel, ByteView packet, proto::Time now);
  void send_by_tls(Tunnel& tunnel, MutableByteView packet, proto::Time now);
  void send_by_dtls(Tunnel& tunnel, MutableByteView packet, proto::Time now);
  bool add_record(Tunnel& tunnel, ByteView frame);
  static bool must_wait_for_tls(const Tunnel& tunnel);
  FlowQueue* queue_of(Tunnel& tunnel, const proto::Segments& segments, proto::Time now);
  FlowQueue* queue_for_dtls(Tunnel& tunnel, std::size_t records, proto::Time now);
  static FlowQueue& waiting_for_tls(Tunnel& tunnel);
  void hold(Tunnel& tunnel, MutableByteView packet, FlowQueue& queue, proto::Time now);
  void give(const FlowQueue::Next& next, proto::Time now);
  void count_overflow(FlowQueue& waiting);
  void carry_waiting(std::size_t socket, proto::Time now);
  void flush(std::size_t socket, proto::Time now);
  void push();

  TunQueue& tun_;
  Tunnels& tunnels_;
  UdpSockets* udp_;
  Place place_;
  Counters nobody_;  // drops that are no tunnel's
  std::uint64_t packets_ = 0;
  std::vector<Tunnel*> to_push_;  // whose TLS channel this batch has written to
  bool was_alone_ = true;         // the last batch was of one packet: the next does not wait for others
};

}  // namespace sallyport::tunnel
