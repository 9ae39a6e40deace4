// The life of a tunnel after phase 5: until the user ends it, the gateway does, or it is lost.
#pragma once

#include "client/connect.hpp"

namespace sallyport::client {

// Returns when the user ended or left it. Throws Ended: failed.
net::Task<void> live(const TunnelFacts& facts, const Attempt& attempt);

// "connected 10.20.0.5 fd20::5 tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls none": what scripts wait for.
std::string connected_line(const TunnelFacts& facts);
// "received 10 packets, 840 bytes; sent …": what SIGUSR1 shows, with the drops if there are any.
std::string statistics_line(const tunnel::Counters& counters);

}  // namespace sallyport::client
