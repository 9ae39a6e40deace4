// The worker's UDP side (phase 6): takes datagrams in, finds out whose they are, and keeps what was offered
// for tunnels that have not begun. Nothing is kept and nothing answered before a hello names an offer.
#pragma once

#include <optional>
#include <unordered_map>

#include "proto/client_hello.hpp"
#include "proto/dtls_record.hpp"
#include "tunnel/dtls_channel.hpp"
#include "tunnel/rate_limit.hpp"
#include "tunnel/tunnels.hpp"

namespace sallyport::tunnel {

class DtlsPort {
 public:
  DtlsPort(DtlsShared shared, Tunnels& tunnels);

  UdpSockets& sockets() { return shared_.sockets; }

  void offer(OfferDtls offer, proto::Time now);
  void tunnel_begun(Tunnel& tunnel, proto::Time now);  // may have been offered something
  void tunnel_ended(Tunnel& tunnel);                   // says goodbye
  void withdraw(TunnelId id);                          // its tunnel will never begin

  // --- one datagram after the other, in bursts of one sender

  struct Opened {
    Association& association;
    MutableByteView plaintext;  // of its first record
  };
  // To another worker, if the session is one of its. False: it is ours, or nobody's.
  bool hand_over(const sys::UdpReceiveBatch::Burst& burst, const UdpRoute& route, proto::Time now);
  // Where the datagrams that follow come from, and whether they came merged.
  void begin_burst(const UdpRoute& route, bool merged);
  // Whose the datagram is, once a record of it was authentic. Handshakes are seen to here.
  std::optional<Opened> open(MutableByteView datagram, proto::Time now);
  std::optional<MutableByteView> open_next(Association& association, proto::Time now);
  void look_again(Tunnel& tunnel);  // what was in it may have brought the next deadline nearer

  const Counters& nobody() const { return nobody_; }
  void leave_thread() const { shared_.context.leave_thread(); }

 private:
  struct Hello {
    Bytes datagram;
    UdpRoute route;
  };
  struct Offer {
    OfferDtls terms;
    std::optional<Hello> early;  // came before the tunnel began
  };

  void welcome(const proto::ClientHello& hello, proto::Time now);
  std::optional<Opened> open_known(const proto::DtlsRecord& record, proto::Time now);
  std::optional<Opened> open_moved(const proto::DtlsRecord& record, proto::Time now);
  std::optional<Opened> open_one_of(const std::vector<Association*>& candidates,
                                    const proto::DtlsRecord& record, proto::Time now);
  std::optional<Opened> try_open(Association& association, const proto::DtlsRecord& record, proto::Time now);
  void forget_hello_id(const DtlsSettings& settings, TunnelId id);

  DtlsShared shared_;
  Tunnels& tunnels_;
  std::unordered_map<std::string, TunnelId> by_hello_id_;  // at the gateway
  std::unordered_map<std::uint64_t, Offer> offers_;        // by session
  Counters nobody_;
  RateLimit moves_;   // guesses who has another port now
  RateLimit rounds_;  // ... where he may be any worker's

  MutableByteView datagram_;
  UdpRoute route_;
  bool merged_ = false;
  Association* sender_ = nullptr;     // of the last datagram; this peer's next is most likely from it, too
  std::uint64_t sender_changes_ = 0;  // ... while the index has not changed
  Bytes plaintext_;
  std::vector<Association*> candidates_;
  Bytes untried_;  // the datagram, for the next of them
};

}  // namespace sallyport::tunnel
