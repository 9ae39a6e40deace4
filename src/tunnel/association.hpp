// One DTLS association of a tunnel: a handshake under way, or the one that carries the tunnel's data.
#pragma once

#include "proto/keepalive.hpp"
#include "proto/mtu.hpp"
#include "tls/dtls.hpp"
#include "tunnel/udp_sockets.hpp"

namespace sallyport::tunnel {

struct Tunnel;

struct Association {
  Tunnel& tunnel;
  tls::Dtls dtls;
  UdpRoute route;  // of the newest record that was authentic; before the first, of the handshake
  proto::Keepalive liveness;
  Bytes hello_random;  // at the gateway: tells a repetition of the hello from another handshake

  // Until it carries data.
  proto::Time expires = proto::Time::max();        // not confirmed by then: it is given up
  proto::Time retransmit_at = proto::Time::max();  // OpenSSL's timer
  proto::Time ask_at = proto::Time::max();         // when to ask the peer whether it has finished, too
  bool confirmed = false;                          // the peer has finished, too: it takes our records
  bool silent = false;  // at the gateway: does not answer; TLS has the data until it is heard again

  std::uint64_t newest = 0;  // highest sequence number of an authentic record
  bool merges = false;       // its datagrams have come merged: merged ones do it no harm, either

  // At the gateway: the largest packet that came this way, and so may go back. Clients try the largest first.
  // One that never tries is trusted after a while.
  std::uint16_t largest = proto::min_ipv4_mtu;
  bool tries_sizes = false;
  proto::Time trust_at = proto::Time::max();
};

}  // namespace sallyport::tunnel
