#include "tunnel/dtls_keys.hpp"

namespace sallyport::tunnel {

Result<std::shared_ptr<const tls::DtlsKeys>> dtls_keys(const proto::DtlsTerms& terms,
                                                       const Secret& master_secret,
                                                       const tls::Connection& connection) {
  const bool psk = terms.suite->mode == proto::DtlsMode::psk;
  tls::DtlsKeys keys;
  keys.mode = psk ? tls::DtlsKeys::Mode::psk : tls::DtlsKeys::Mode::resumption;
  keys.cisco_0_9 = terms.suite->version == proto::DtlsVersion::v0_9;
  keys.ciphers = terms.suite->openssl_name;
  keys.session_id = terms.session_id;
  keys.secret = psk ? TRY(connection.export_key(proto::dtls_psk_label, proto::dtls_psk_size)) : master_secret;
  return std::make_shared<const tls::DtlsKeys>(std::move(keys));
}

Result<std::shared_ptr<const tls::DtlsKeys>> renegotiated_keys(tls::DtlsKeys keys,
                                                               const tls::Connection& connection) {
  if (keys.mode == tls::DtlsKeys::Mode::psk) {
    keys.secret = TRY(connection.export_key(proto::dtls_psk_label, proto::dtls_psk_size));
  }
  return std::make_shared<const tls::DtlsKeys>(std::move(keys));
}

}  // namespace sallyport::tunnel
