#include "gateway/client_certificate.hpp"

#include <string_view>

#include "base/text.hpp"
#include "proto/authenticator_messages.hpp"
#include "tls/connection.hpp"

namespace sallyport::gateway {

namespace {

using Field = proto::CertificateUserField;

const std::optional<std::string>& value_of(const tls::Certificate& certificate, Field field) {
  switch (field) {
    case Field::user_id:
      return certificate.user_id();
    case Field::email:
      return certificate.email();
    case Field::upn:
      return certificate.principal_name();
    case Field::common_name:
      break;
  }
  return certificate.common_name();
}

std::string_view name_of(Field field) {
  switch (field) {
    case Field::user_id:
      return "UID";
    case Field::email:
      return "email address";
    case Field::upn:
      return "UPN";
    case Field::common_name:
      break;
  }
  return "CN";
}

// UTF-8 without control characters, as long as a name may be that the authenticator is asked about.
bool is_user_name(std::string_view name) {
  if (name.empty() || name.size() > proto::AuthenticatorRequest::max_user) return false;
  while (!name.empty()) {
    const auto [code, size] = first_character(name);
    if (size == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
    name.remove_prefix(size);
  }
  return true;
}

}  // namespace

ClientCertificate ClientCertificate::of(const tls::Connection& connection) {
  return {connection.peer_certificate(), connection.faults()};
}

Result<std::string> user_of(const ClientCertificate& client, proto::CertificateUserField field) {
  if (!client.was_presented()) return fail(ErrorKind::denied, "no client certificate was presented");
  if (!client.faults.empty()) {
    return fail(ErrorKind::denied, "the client certificate " + describe(client.faults));
  }
  const auto& name = value_of(*client.certificate, field);
  if (!name || name->empty()) {
    return fail(ErrorKind::denied,
                "the client certificate names no user: it has no " + std::string(name_of(field)));
  }
  if (!is_user_name(*name)) {
    return fail(ErrorKind::denied, "the client certificate names no user: its " +
                                       std::string(name_of(field)) + " is too long or no plain text");
  }
  return *name;
}

}  // namespace sallyport::gateway
