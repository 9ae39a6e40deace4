#include "tls/dtls_context.hpp"

#include <algorithm>
#include <array>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/datagram_bio.hpp"
#include "tls/failure.hpp"
#include "tls/random.hpp"

namespace sallyport::tls {

namespace {

using Mode = DtlsKeys::Mode;

constexpr const char* psk_identity = "psk";  // anything does: the hello's session id has said whose it is
constexpr long session_lifetime = 1L << 30;  // seconds: a session that is resumed must not look expired
constexpr std::array<std::uint8_t, 1> session_context{'d'};

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SessionHandle = std::unique_ptr<SSL_SESSION, FreeSession>;

// --- keys for OpenSSL's callbacks

unsigned put_key(const SSL* ssl, unsigned char* into, unsigned room) {
  const auto key = dtls_keys_of(ssl).secret.reveal();
  if (dtls_keys_of(ssl).mode != Mode::psk || key.size() > room) return 0;
  std::ranges::copy(key, into);
  return static_cast<unsigned>(key.size());
}

unsigned gateway_key(SSL* ssl, const char*, unsigned char* into, unsigned room) noexcept {
  return put_key(ssl, into, room);
}

unsigned client_key(SSL* ssl, const char*, char* identity, unsigned identity_room, unsigned char* into,
                    unsigned room) noexcept {
  const std::string_view name(psk_identity);
  if (identity_room <= name.size()) return 0;
  *std::ranges::copy(name, identity).out = '\0';
  return put_key(ssl, into, room);
}

const SSL_CIPHER* first_cipher(const SSL* ssl) {
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_get_ciphers(ssl);
  return sk_SSL_CIPHER_num(ciphers) > 0 ? sk_SSL_CIPHER_value(ciphers, 0) : nullptr;
}

// The session that both ends pretend to have had. In PSK mode it only carries the hello's session id: no
// gateway resumes it, and its master secret is random.
SessionHandle pretended_session(const SSL* ssl, const DtlsKeys& keys) {
  SessionHandle session(SSL_SESSION_new());
  const auto* cipher = first_cipher(ssl);
  if (!session || cipher == nullptr) return nullptr;
  Secret master = keys.secret;
  if (keys.mode == Mode::psk) {
    auto random = random_secret(SSL_MAX_MASTER_KEY_LENGTH);
    if (!random) return nullptr;
    master = std::move(*random);
  }
  const auto secret = master.reveal();
  auto* raw = session.get();
  const bool whole =
      SSL_SESSION_set_protocol_version(raw, keys.cisco_0_9 ? DTLS1_BAD_VER : DTLS1_2_VERSION) == 1 &&
      SSL_SESSION_set_cipher(raw, cipher) == 1 &&
      SSL_SESSION_set1_id(raw, keys.session_id.data(), static_cast<unsigned>(keys.session_id.size())) == 1 &&
      SSL_SESSION_set1_id_context(raw, session_context.data(), session_context.size()) == 1 &&
      SSL_SESSION_set1_master_key(raw, secret.data(), secret.size()) == 1;
  SSL_SESSION_set_timeout(raw, session_lifetime);
  return whole ? std::move(session) : nullptr;
}

SSL_SESSION* find_session(SSL* ssl, const unsigned char* id, int size, int* copy) noexcept {
  *copy = 0;  // ours to give away
  const auto& keys = dtls_keys_of(ssl);
  const ByteView asked(id, static_cast<std::size_t>(std::max(size, 0)));
  if (keys.mode != Mode::resumption || !std::ranges::equal(asked, keys.session_id)) return nullptr;
  return pretended_session(ssl, keys).release();
}

// --- contexts

int refuse_certificate(X509_STORE_CTX*, void*) noexcept {
  return 0;
}

Result<ContextHandle> new_dtls_context(ossl_lib_ctx_st* library, bool gateway) {
  ContextHandle context(
      SSL_CTX_new_ex(library, nullptr, gateway ? DTLS_server_method() : DTLS_client_method()));
  SSL_CTX* raw = context.get();
  if (raw == nullptr) return fail_openssl(ErrorKind::internal, "cannot make a DTLS context");
  // What may be used has been decided at CONNECT. Extensions that the pretended session did not have would
  // end its resumption (protocol reference 7.3).
  SSL_CTX_set_security_level(raw, 0);
  SSL_CTX_set_ciphersuites(raw, "");  // TLS 1.3's would stand before the others
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_EXTENDED_MASTER_SECRET | SSL_OP_NO_ENCRYPT_THEN_MAC |
                               SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_session_id_context(raw, session_context.data(), session_context.size());
  if (!gateway) {
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(raw, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_psk_client_callback(raw, client_key);
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(raw, refuse_certificate, nullptr);
    return context;
  }
  SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_get_cb(raw, find_session);
  SSL_CTX_set_psk_server_callback(raw, gateway_key);
  return context;
}

Result<void> use_throw_away_certificate(SSL_CTX* context, ossl_lib_ctx_st* library, KeyHandle key) {
  CertificateHandle certificate(X509_new_ex(library, nullptr));
  if (!key || !certificate) return fail_openssl(ErrorKind::internal, "cannot make a key for DTLS");
  X509* raw = certificate.get();
  ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
  X509_gmtime_adj(X509_getm_notBefore(raw), 0);
  X509_gmtime_adj(X509_getm_notAfter(raw), session_lifetime);
  if (X509_set_pubkey(raw, key.get()) != 1 || X509_sign(raw, key.get(), EVP_sha256()) == 0 ||
      SSL_CTX_use_certificate(context, raw) != 1 || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return fail_openssl(ErrorKind::internal, "cannot make a certificate for DTLS");
  }
  return {};
}

}  // namespace

Result<DtlsContext> DtlsContext::open_gateway() {
  auto library = TRY(Library::open());
  auto* own = library->context();
  auto context = TRY(new_dtls_context(own, true));
  // Short, since it takes time to make and is never used.
  constexpr std::size_t rsa_bits = 1024;
  KeyHandle rsa(EVP_PKEY_Q_keygen(own, nullptr, "RSA", rsa_bits));
  TRY(use_throw_away_certificate(context.get(), own, std::move(rsa)));
  KeyHandle ec(EVP_PKEY_Q_keygen(own, nullptr, "EC", "P-256"));
  TRY(use_throw_away_certificate(context.get(), own, std::move(ec)));
  return DtlsContext(std::move(library), std::move(context), true);
}

Result<DtlsContext> DtlsContext::open_client() {
  auto library = TRY(Library::open());
  auto context = TRY(new_dtls_context(library->context(), false));
  return DtlsContext(std::move(library), std::move(context), false);
}

Result<Dtls> DtlsContext::begin(std::shared_ptr<const DtlsKeys> keys, bool own_records) const {
  SslHandle ssl(SSL_new(context_.get()));
  auto datagrams = std::make_unique<Datagrams>();
  auto* bio = ssl ? new_datagram_bio(*datagrams) : nullptr;
  if (bio == nullptr) return fail_openssl(ErrorKind::unavailable, "cannot make a DTLS association");
  SSL_set_bio(ssl.get(), bio, bio);
  const int version = keys->cisco_0_9 ? DTLS1_BAD_VER : DTLS1_2_VERSION;
  if (SSL_set_min_proto_version(ssl.get(), version) != 1 ||
      SSL_set_max_proto_version(ssl.get(), version) != 1 ||
      SSL_set_cipher_list(ssl.get(), keys->ciphers.c_str()) != 1) {
    return fail_openssl(ErrorKind::unsupported, "OpenSSL does not know the DTLS suite " + keys->ciphers);
  }
  if (gateway_) {
    SSL_set_accept_state(ssl.get());
  } else {
    const auto session = pretended_session(ssl.get(), *keys);
    if (!session || SSL_set_session(ssl.get(), session.get()) != 1) {
      return fail_openssl(ErrorKind::internal, "cannot pretend a DTLS session");
    }
    SSL_set_connect_state(ssl.get());
  }
  return Dtls(std::move(ssl), std::move(datagrams), std::move(keys), library_->context(), own_records);
}

}  // namespace sallyport::tls
