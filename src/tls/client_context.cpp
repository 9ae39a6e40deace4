#include "tls/client_context.hpp"

#include <algorithm>

#include <openssl/ssl.h>

#include "base/ip.hpp"
#include "tls/context_setup.hpp"
#include "tls/failure.hpp"
#include "tls/handshake_record.hpp"

namespace sallyport::tls {

namespace {

// The longest name DNS knows (RFC 1035, 2.3.4); OpenSSL's limit for SNI is the same.
constexpr std::size_t longest_host = 255;

CertificateFaults faults_of(const HandshakeRecord& record, const Certificate& certificate,
                            X509_STORE_CTX* context) {
  if (!record.pins->empty()) {
    const bool known =
        std::ranges::any_of(*record.pins, [&](const Pin& pin) { return pin.matches(certificate); });
    if (known) return {};
    return {{Fault::wrong_pin, "is not the pinned one: its pin is " + pin_sha256(certificate)}};
  }
  auto faults = verify_chain(context, record.now);
  if (!certificate.matches_host(record.host)) faults.push_back(wrong_name(certificate, record.host));
  return faults;
}

int refuse(HandshakeRecord& record, X509_STORE_CTX* context, std::string why) {
  record.refusal = "the gateway's certificate " + std::move(why);
  X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REJECTED);
  return 0;
}

int verify_gateway(X509_STORE_CTX* context, void*) noexcept {
  HandshakeRecord* record = record_of(context);
  if (record == nullptr) return 0;
  CertificateHandle leaf(X509_STORE_CTX_get0_cert(context));
  X509_up_ref(leaf.get());
  auto certificate = Certificate::from_native(std::move(leaf));
  if (!certificate) return refuse(*record, context, "cannot be used: " + certificate.error().text);
  if (record->established) {
    if (record->peer != *certificate) return refuse(*record, context, "changed in a renegotiation");
  } else {
    record->peer = *certificate;
    record->faults = faults_of(*record, *certificate, context);
    const bool accepted =
        record->decide ? record->decide(*certificate, record->faults) : record->faults.empty();
    if (!accepted) {
      const std::string why = describe(record->faults);
      return refuse(*record, context, why.empty() ? "was not accepted" : why);
    }
  }
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

bool is_issued_by_one_of(const CertificateChain& chain, const STACK_OF(X509_NAME) * authorities) {
  return std::ranges::any_of(chain.certificates(), [authorities](const Certificate& certificate) {
    for (int i = 0; i < sk_X509_NAME_num(authorities); ++i) {
      const X509_NAME* issuer = X509_get_issuer_name(certificate.native());
      if (X509_NAME_cmp(sk_X509_NAME_value(authorities, i), issuer) == 0) return true;
    }
    return false;
  });
}

// The first identity whose chain names an authority the gateway listed; if none does, the first one anyway:
// openconnect does so, and gateways accept more than they list.
int choose_identity(SSL* ssl, void*) noexcept {
  HandshakeRecord* record = record_of(ssl);
  if (record == nullptr) return 1;
  record->certificate_requested = true;
  const auto& identities = *record->pairs;
  if (identities.empty()) return 1;
  const STACK_OF(X509_NAME)* authorities = SSL_get0_peer_CA_list(ssl);
  auto chosen = std::ranges::find_if(identities, [authorities](const KeyPair& identity) {
    return is_issued_by_one_of(identity.chain, authorities);
  });
  if (chosen == identities.end()) chosen = identities.begin();
  SSL_certs_clear(ssl);
  return use_pair(ssl, *chosen) ? 1 : 0;
}

}  // namespace

ClientContext::ClientContext(ContextHandle context, ClientSettings settings)
    : context_(std::move(context)),
      pins_(std::make_shared<const std::vector<Pin>>(std::move(settings.pins))),
      identities_(std::make_shared<const std::vector<KeyPair>>(std::move(settings.identities))) {}

Result<ClientContext> ClientContext::open(ClientSettings settings) {
  auto context = TRY(new_context(settings.library, TLS_client_method(), settings.allow_insecure));
  SSL_CTX* raw = context.get();
  // The first hello has an empty session id, as AnyConnect's (protocol reference 1.1).
  SSL_CTX_clear_options(raw, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  if (settings.allow_insecure) SSL_CTX_set_options(raw, SSL_OP_LEGACY_SERVER_CONNECT);
  if (settings.system_trust && SSL_CTX_set_default_verify_paths(raw) != 1) {
    return fail_openssl(ErrorKind::internal, "cannot use the system's certificate store");
  }
  if (!settings.authorities.empty()) {
    auto trusted = trust_authorities(raw, settings.authorities, settings.library);
    if (!trusted) return fail(trusted.error().kind, "CA file: " + trusted.error().text);
  }
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(raw, verify_gateway, nullptr);
  TRY(use_pairs(raw, settings.identities));
  SSL_CTX_set_cert_cb(raw, choose_identity, nullptr);
  return ClientContext(std::move(context), std::move(settings));
}

Result<Connection> ClientContext::connect(std::string_view host, std::chrono::sys_seconds now,
                                          Decision decide) const {
  SslHandle ssl(SSL_new(context_.get()));
  if (!ssl) return fail_openssl(ErrorKind::unavailable, "cannot make a TLS connection");
  SSL_set_connect_state(ssl.get());
  auto record = std::make_unique<HandshakeRecord>();
  record->host = host;
  if (!Address::parse(host)) {
    const bool fits = !host.empty() && host.size() <= longest_host && host.find('\0') == host.npos;
    if (!fits || SSL_set_tlsext_host_name(ssl.get(), record->host.c_str()) != 1) {
      return fail_openssl(ErrorKind::malformed, "the gateway's name cannot be a host name");
    }
  }
  record->now = now;
  record->pairs = identities_;
  record->pins = pins_;
  record->decide = std::move(decide);
  return Connection(std::move(ssl), std::move(record));
}

}  // namespace sallyport::tls
