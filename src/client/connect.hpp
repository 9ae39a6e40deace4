// Phase 5 on the client: CONNECT, then the machine is set up as the gateway says and the TLS connection goes
// to the tunnel's worker.
#pragma once

#include <optional>
#include <string>

#include "client/authenticate.hpp"
#include "client/network_settings.hpp"
#include "tunnel/messages.hpp"

namespace sallyport::client {

// What the user is told about a tunnel that runs.
struct TunnelFacts {
  std::optional<Prefix> ipv4;
  std::optional<Prefix> ipv6;
  std::string tls_version;
  std::string tls_cipher;
  bool dtls = false;  // a handshake is to follow
};

struct Opened {
  TunnelFacts facts;
  Agreement agreement;
  std::uint16_t mtu = 0;              // of the interface
  Result<tunnel::DtlsSettings> dtls;  // or why there is none
};

// The tunnel runs when it returns, and answers with its first Totals. From the gateway's agreement on, the
// user's wishes stand in the tunnel's row. Throws Ended: login_failed when the gateway rejects the token;
// Failure.
net::Task<Opened> connect(HttpSession& session, const Admission& admission, const Attempt& attempt);

}  // namespace sallyport::client
