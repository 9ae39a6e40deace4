// The packet's walk from the peers to the TUN queue, and what else a peer says on the way.
#pragma once

#include <optional>

#include "tunnel/dtls_port.hpp"
#include "tunnel/tun_queue.hpp"
#include "tunnel/tunnels.hpp"

namespace sallyport::tunnel {

class FromPeers {
 public:
  FromPeers(TunQueue& tun, Tunnels& tunnels);

  // One batch of records from a tunnel's socket; if more may be there, the tunnel is on the agenda
  // afterwards. An ending: the tunnel is to end, the caller sees to it.
  std::optional<Ending> carry(Tunnel& tunnel, proto::Time now);
  // Bytes that were read and decrypted before the tunnel began.
  std::optional<Ending> carry_unread(Tunnel& tunnel, ByteView plaintext, proto::Time now);
  // One batch of datagrams from each UDP socket. Nothing that comes this way ends a tunnel.
  void carry_datagrams(DtlsPort& port, proto::Time now);

 private:
  std::optional<Ending> carry_frames(Tunnel& tunnel, proto::Time now);
  std::optional<Ending> carry_frame(Tunnel& tunnel, const proto::Frame& frame, proto::Time now);
  void carry_datagram(DtlsPort& port, proto::Time now);
  bool carry_dtls_frame(Association& association, ByteView record, proto::Time now);
  void carry_packet(Tunnel& tunnel, ByteView payload, proto::Time now);

  TunQueue& tun_;
  Tunnels& tunnels_;
  Bytes record_;
  Bytes scratch_;  // a packet that has to be changed
};

}  // namespace sallyport::tunnel
