// How the gateway speaks TLS: its certificates, versions, suites, and what it asks of clients. Phase 1; one
// per control thread, and a new one at each reload. Connections outlive their context.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tls/certificate.hpp"
#include "tls/connection.hpp"

namespace sallyport::tls {

struct ServerSettings {
  ossl_lib_ctx_st* library = nullptr;
  std::vector<KeyPair> pairs;   // the first of its key type serves clients that name none of the others
  std::string client_ca;        // PEM; empty: clients are not asked for a certificate
  std::string client_crl;       // PEM, one list or several; needs client_ca
  bool legacy = false;          // TLS 1.0 and 1.1, RSA and DHE-DSS key exchange, CBC
  bool keys_in_keeper = false;  // handshakes answer want_keeper instead of waiting for the keeper
};

class ServerContext {
 public:
  static Result<ServerContext> open(ServerSettings settings);

  // A connection to attach and shake hands on. A client certificate never fails the handshake: what is wrong
  // with it at the time `now` stands in the connection's faults().
  Result<Connection> accept(std::chrono::sys_seconds now) const;

 private:
  ServerContext(ContextHandle context, std::shared_ptr<const std::vector<KeyPair>> pairs, bool keys_in_keeper)
      : context_(std::move(context)), pairs_(std::move(pairs)), keys_in_keeper_(keys_in_keeper) {}

  ContextHandle context_;
  std::shared_ptr<const std::vector<KeyPair>> pairs_;
  bool keys_in_keeper_;
};

}  // namespace sallyport::tls
