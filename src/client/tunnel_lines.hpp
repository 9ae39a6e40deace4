// The lines that a tunnel's life writes: those on stdout are what scripts wait for. Pure.
#pragma once

#include <string>

#include "client/open_tunnel.hpp"

namespace sallyport::client {

// "connected 10.20.0.5 fd20::5 tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls negotiating", or "dtls none".
std::string connected_line(const TunnelFacts& facts);
// The same with "reconnect": the tunnel has been built again.
std::string reconnect_line(const TunnelFacts& facts);
// "dtls up DTLSv1.2 PSK-AES256-GCM-SHA384"
std::string dtls_line(const tunnel::DtlsReport& report);
// "reconnect mtu 1418 tls": the interface has got another MTU.
std::string mtu_line(std::uint16_t mtu, bool dtls);
// "received 10 packets, 840 bytes; sent …": what SIGUSR1 shows, with the drops if there are any.
std::string statistics_line(const tunnel::Counters& counters);

}  // namespace sallyport::client
