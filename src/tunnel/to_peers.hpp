// The packet's walk from the TUN queue to the peers.
#pragma once

#include "proto/inner_packet.hpp"
#include "tunnel/tun_queue.hpp"
#include "tunnel/tunnels.hpp"

namespace sallyport::tunnel {

class ToPeers {
 public:
  ToPeers(TunQueue& tun, Tunnels& tunnels);

  // One batch. False: the interface fails.
  bool carry(proto::Time now);

  const Counters& nobody() const { return nobody_; }

 private:
  void carry_packet(std::size_t size, proto::Time now);
  void refuse(Tunnel& tunnel, const proto::InnerPacket& inner, proto::Time now);
  void send(Tunnel& tunnel, std::size_t size, proto::Time now);
  std::optional<Drop> send_by_tls(Tunnel& tunnel, std::size_t size, proto::Time now);
  std::optional<Drop> send_by_dtls(Tunnel& tunnel, std::size_t size, proto::Time now);

  MutableByteView packet_room();

  TunQueue& tun_;
  Tunnels& tunnels_;
  Counters nobody_;  // drops that are no tunnel's
  Bytes frame_;      // room for a header, then the packet
};

}  // namespace sallyport::tunnel
