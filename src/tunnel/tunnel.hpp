// All that the worker keeps of one tunnel, and why a tunnel ends.
#pragma once

#include "proto/keepalive.hpp"
#include "tunnel/deadlines.hpp"
#include "tunnel/messages.hpp"
#include "tunnel/rate_limit.hpp"
#include "tunnel/tls_channel.hpp"
#include "tunnel/tls_renewal.hpp"

namespace sallyport::tunnel {

class DtlsChannel;
class FlowQueue;

struct Tunnel {
  Tunnel(Attach attach, tls::OutputBuffers& buffers, proto::Time now);
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  ~Tunnel();

  TunnelTotals totals() const { return {settings.id, counters, last_data}; }
  void limit_packets(std::uint16_t mtu);
  bool may_send_from(const Address& source) const;  // the peer

  TunnelSettings settings;
  TlsChannel channel;
  TlsRenewal renewal;
  proto::Keepalive liveness;           // of the TLS channel
  std::unique_ptr<DtlsChannel> dtls;   // null: none was agreed on
  std::unique_ptr<FlowQueue> waiting;  // for a TLS channel that is full; null: nothing
  Counters counters;
  std::optional<proto::Time> last_data;  // a user's packet, either way
  RateLimit icmp_errors;

  // The worker's bookkeeping.
  Deadlines::Entry deadline;
  bool on_agenda = false;
  bool has_to_push = false;  // its TLS channel, at the end of a batch
  bool hanging_up = false;   // told to end, says goodbye: carries nothing more
  bool over = false;         // ended; gone at the end of the worker's turn
};

struct Ending {
  EndCause cause = EndCause::lost;
  std::optional<proto::Disconnect> said;
  std::string why;
};

}  // namespace sallyport::tunnel
