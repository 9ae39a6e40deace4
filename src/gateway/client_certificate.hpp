// The certificate that a client gave in the TLS handshake, or none, and the user it proves. It is asked for
// in phase 1 and weighed in phases 2 and 3, for the connection profiles that want one.
#pragma once

#include <optional>
#include <string>

#include "proto/gateway_settings.hpp"
#include "tls/certificate.hpp"
#include "tls/verification.hpp"

namespace sallyport::tls {
class Connection;
}

namespace sallyport::gateway {

struct ClientCertificate {
  std::optional<tls::Certificate> certificate;
  tls::CertificateFaults faults;

  static ClientCertificate of(const tls::Connection& connection);
  bool was_presented() const { return certificate || !faults.empty(); }
};

// The name in the one field that names users. denied: a sentence, fit for the client, on why this proves
// nobody: no certificate, a fault, no such field in it, or a name that no user can have.
Result<std::string> user_of(const ClientCertificate& client, proto::CertificateUserField field);

}  // namespace sallyport::gateway
