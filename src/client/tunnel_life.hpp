// The life of a tunnel after phase 5: until the user ends it, the gateway does, or it is lost.
#pragma once

#include "client/connect.hpp"

namespace sallyport::client {

// Returns when the user ended or left it. Throws Ended: failed; Failure: the machine could not be set up
// anew.
net::Task<void> live(const Opened& opened, const Attempt& attempt);

// What scripts wait for:
// "connected 10.20.0.5 fd20::5 tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls negotiating", or "dtls none".
std::string connected_line(const TunnelFacts& facts);
// "dtls up DTLSv1.2 PSK-AES256-GCM-SHA384"
std::string dtls_line(const tunnel::DtlsReport& report);
// "reconnect mtu 1418 tls"
std::string reconnect_line(std::uint16_t mtu, bool dtls);
// "received 10 packets, 840 bytes; sent …": what SIGUSR1 shows, with the drops if there are any.
std::string statistics_line(const tunnel::Counters& counters);

}  // namespace sallyport::client
