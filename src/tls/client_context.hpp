// How the client speaks TLS: whom it trusts, its own certificates, versions and suites. Phase 1. A context
// serves all connections of one run; they outlive it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tls/certificate.hpp"
#include "tls/connection.hpp"
#include "tls/pin.hpp"
#include "tls/verification.hpp"

namespace sallyport::tls {

struct ClientSettings {
  ossl_lib_ctx_st* library = nullptr;
  bool system_trust = true;
  std::string authorities;          // PEM, trusted besides or instead of the system's; may be empty
  std::vector<Pin> pins;            // if there are any, one of them must match and nothing else is checked
  std::vector<KeyPair> identities;  // client certificates, the preferred one first
  bool allow_insecure = false;      // TLS 1.0 and 1.1, RSA and DHE-DSS key exchange, CBC, RFC 5746 missing
};

class ClientContext {
 public:
  static Result<ClientContext> open(ClientSettings settings);

  // A connection to attach and shake hands on. `host` (name or IP literal) is what the certificate must be
  // for, and SNI if it is a name. `decide` sees certificate and faults before a client certificate leaves;
  // without it any fault ends the handshake.
  Result<Connection> connect(std::string_view host, std::chrono::sys_seconds now, Decision decide = {}) const;

 private:
  ClientContext(ContextHandle context, ClientSettings settings);

  ContextHandle context_;
  std::shared_ptr<const std::vector<Pin>> pins_;
  std::shared_ptr<const std::vector<KeyPair>> identities_;
};

}  // namespace sallyport::tls
