// Certificates, chains and pins from anywhere: whatever parses is looked at from all sides, and comes back
// from its own DER.
#include <cstdint>
#include <cstdlib>

#include "tls/certificate.hpp"
#include "tls/pin.hpp"

namespace {

void look_at(const sallyport::tls::Certificate& certificate) {
  using namespace sallyport::tls;
  const auto again = Certificate::from_der(certificate.der());
  if (!again || *again != certificate || again->subject() != certificate.subject()) std::abort();
  if (certificate.fingerprint().size() != 40 || certificate.subject().find('\n') != std::string::npos)
    std::abort();
  for (const auto& name : {certificate.common_name(), certificate.user_id(), certificate.email(),
                           certificate.principal_name()}) {
    if (name && name->find('\0') != std::string::npos) std::abort();
  }
  for (const auto& host : certificate.hosts()) static_cast<void>(certificate.matches_host(host));
  static_cast<void>(certificate.issuer());
  static_cast<void>(certificate.key_type());
  static_cast<void>(certificate.native_public_key());
  const auto pin = Pin::parse(pin_sha256(certificate));
  if (!pin || !pin->matches(certificate)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sallyport::ByteView bytes(data, size);
  if (const auto certificate = sallyport::tls::Certificate::from_der(bytes)) look_at(*certificate);
  if (const auto chain = sallyport::tls::CertificateChain::parse(sallyport::as_text(bytes))) {
    for (const auto& certificate : chain->certificates()) look_at(certificate);
  }
  static_cast<void>(sallyport::tls::Pin::parse(sallyport::as_text(bytes)));
  return 0;
}
