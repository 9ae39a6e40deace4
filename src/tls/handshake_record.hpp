// What the callbacks of one TLS connection need and note. Of this module only: the contexts fill it, OpenSSL
// carries it as the connection's application data, Connection reads it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tls/pin.hpp"
#include "tls/verification.hpp"

struct x509_store_ctx_st;

namespace sallyport::tls {

struct HandshakeRecord {
  std::chrono::sys_seconds now;
  std::shared_ptr<const std::vector<KeyPair>> pairs;  // ours to choose from
  std::string host;                                   // client: whom the certificate must name
  std::shared_ptr<const std::vector<Pin>> pins;       // client
  Decision decide;                                    // client

  bool established = false;     // a handshake is done: what follows is a renegotiation
  unsigned renegotiations = 0;  // that were finished
  int messages = 0;             // of handshakes, that one call of read() has met after the first handshake
  int records = 0;              // ... of any content
  bool certificate_requested = false;
  Bytes client_session_id;
  Bytes server_session_id;
  std::optional<Certificate> peer;
  CertificateFaults faults;
  std::string refusal;  // why the peer's certificate ended the handshake
};

// Both give null once the connection has let go of its SSL.
HandshakeRecord* record_of(const ssl_st* ssl);
HandshakeRecord* record_of(x509_store_ctx_st* verification);

}  // namespace sallyport::tls
