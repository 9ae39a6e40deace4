// The packet's walk from the peers to the TUN queue, and what else a peer says on the way.
#pragma once

#include <optional>

#include "tunnel/dtls_port.hpp"
#include "tunnel/tun_writer.hpp"
#include "tunnel/tunnels.hpp"

namespace sallyport::tunnel {

class FromPeers {
 public:
  FromPeers(TunQueue& tun, Tunnels& tunnels, bool merges_udp);

  // One batch of records from a tunnel's socket; if more may be there, the tunnel is on the agenda
  // afterwards. An ending: the tunnel is to end, the caller sees to it.
  std::optional<Ending> carry(Tunnel& tunnel, proto::Time now);
  // Bytes that were read and decrypted before the tunnel began.
  std::optional<Ending> carry_unread(Tunnel& tunnel, MutableByteView plaintext, proto::Time now);
  // One batch of datagrams from each UDP socket. Nothing that comes this way ends a tunnel.
  void carry_datagrams(DtlsPort& port, std::size_t socket, proto::Time now);
  // Datagrams that another worker has read.
  void carry_handed(DtlsPort& port, HandedDatagrams datagrams, proto::Time now);

  const TunWriter& to_kernel() const { return to_kernel_; }
  std::uint64_t packets() const { return packets_; }  // that have come

 private:
  std::optional<Ending> carry_records(Tunnel& tunnel, proto::Time now);
  std::optional<Ending> carry_frames(Tunnel& tunnel, proto::Time now);
  std::optional<Ending> carry_frame(Tunnel& tunnel, const proto::Frame& frame, proto::Time now);
  void carry_burst(DtlsPort& port, std::size_t socket, const sys::UdpReceiveBatch::Burst& burst,
                   proto::Time now);
  void carry_datagram(DtlsPort& port, MutableByteView datagram, proto::Time now);
  bool carry_dtls_frame(Association& association, MutableByteView record, proto::Time now);
  void carry_packet(Tunnel& tunnel, MutableByteView payload, proto::Time now);
  MutableByteView room_for_record(proto::Time now);

  TunWriter to_kernel_;
  Tunnels& tunnels_;
  Buffer records_;  // of a batch: packets stay there until they are written
  std::size_t used_ = 0;
  std::uint64_t packets_ = 0;
};

}  // namespace sallyport::tunnel
