// Phase 5 on the client: CONNECT, then the machine is set up as the gateway says and the TLS connection goes
// to the tunnel's worker.
#pragma once

#include <optional>
#include <string>

#include "client/authenticate.hpp"

namespace sallyport::client {

// What the user is told about a tunnel that runs.
struct TunnelFacts {
  std::optional<Prefix> ipv4;
  std::optional<Prefix> ipv6;
  std::string tls_version;
  std::string tls_cipher;
};

// The tunnel runs when it returns. From the gateway's agreement on, the user's wishes stand in the tunnel's
// row. Throws Ended: login_failed when the gateway rejects the token; Failure.
net::Task<TunnelFacts> connect(HttpSession& session, const Admission& admission, const Attempt& attempt);

}  // namespace sallyport::client
