#include "tls/server_context.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/text.hpp"
#include "tls/context_setup.hpp"
#include "tls/failure.hpp"
#include "tls/handshake_record.hpp"

namespace sallyport::tls {

namespace {

constexpr std::string_view session_context = "sallyport";
constexpr std::string_view http = "http/1.1";
constexpr std::size_t largest_crl_file = 16 << 20;

struct FreeCrl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
};

// http/1.1 if the client offers it; otherwise the handshake goes on without the extension.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void*) noexcept {
  Reader offered({in, in_size});
  while (auto size = offered.u8()) {
    const auto name = offered.take(*size);
    if (!name) break;
    if (as_text(*name) == http) {
      *out = name->data();
      *out_size = *size;
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;
}

bool client_supports(SSL* ssl, KeyType type) {
  const STACK_OF(SSL_CIPHER)* offered = SSL_get_client_ciphers(ssl);
  for (int i = 0; i < sk_SSL_CIPHER_num(offered); ++i) {
    switch (SSL_CIPHER_get_auth_nid(sk_SSL_CIPHER_value(offered, i))) {
      case NID_auth_any:  // TLS 1.3, which knows no DSA
        if (type != KeyType::dsa) return true;
        break;
      case NID_auth_rsa:
        if (type == KeyType::rsa) return true;
        break;
      case NID_auth_ecdsa:
        if (type == KeyType::ec || type == KeyType::ed25519) return true;
        break;
      case NID_auth_dss:
        if (type == KeyType::dsa) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

// Those for the host the client asked for, if it can use one of them; else all.
std::vector<const KeyPair*> candidates(SSL* ssl, const std::vector<KeyPair>& pairs) {
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const std::string_view host = asked != nullptr ? asked : "";
  std::vector<const KeyPair*> fitting;
  for (const auto& pair : pairs) {
    const auto& leaf = pair.chain.leaf();
    if (leaf.matches_host(host) && client_supports(ssl, leaf.key_type())) fitting.push_back(&pair);
  }
  if (fitting.empty()) {
    for (const auto& pair : pairs) fitting.push_back(&pair);
  }
  return fitting;
}

// OpenSSL holds one pair of each key type and takes the one that the client's suites allow; among those of
// one type the host name decides, here.
int choose_pairs(SSL* ssl, void*) noexcept {
  const HandshakeRecord* record = record_of(ssl);
  // openconnect ends a connection whose certificate changes in a renegotiation.
  if (record == nullptr || record->established || record->pairs->size() < 2) return 1;
  SSL_certs_clear(ssl);
  auto chosen = candidates(ssl, *record->pairs);
  std::ranges::reverse(chosen);  // the first of its type is set last and stays
  return std::ranges::all_of(chosen, [ssl](const KeyPair* pair) { return use_pair(ssl, *pair); }) ? 1 : 0;
}

// Notes who the client is and what is wrong with its certificate; the HTTP layer decides.
int note_client_certificate(X509_STORE_CTX* context, void*) noexcept {
  HandshakeRecord* record = record_of(context);
  if (record != nullptr && !record->established) {
    CertificateHandle leaf(X509_STORE_CTX_get0_cert(context));
    X509_up_ref(leaf.get());
    auto certificate = Certificate::from_native(std::move(leaf));
    if (certificate) {
      record->peer = std::move(*certificate);
      record->faults = verify_chain(context, record->now);
    } else {
      record->faults = {{Fault::unreadable, "cannot be used: " + certificate.error().text}};
    }
  }
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

Result<void> add_revocation_lists(SSL_CTX* context, std::string_view pem) {
  if (pem.size() > largest_crl_file) return fail(ErrorKind::malformed, "more than 16 MB");
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  const std::unique_ptr<BIO, FreeCrl> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int count = 0;
  ERR_clear_error();
  while (const std::unique_ptr<X509_CRL, FreeCrl> list{
      PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, const_cast<char*>(""))}) {
    if (X509_STORE_add_crl(store, list.get()) != 1) {
      return fail_openssl(ErrorKind::internal, "cannot use a revocation list");
    }
    ++count;
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return fail_openssl(ErrorKind::malformed, "a revocation list cannot be read");
  }
  ERR_clear_error();
  if (count == 0) return fail(ErrorKind::malformed, "no revocation list in PEM form inside");
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

// Clients are asked, told whom we trust, and may stay silent. Not again in a renegotiation: whose session it
// is has been decided.
Result<void> ask_for_certificates(SSL_CTX* context, const ServerSettings& settings) {
  for (const auto& authority : TRY(trust_authorities(context, settings.client_ca, settings.library))) {
    SSL_CTX_add_client_CA(context, authority.native());
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, nullptr);
  SSL_CTX_set_cert_verify_callback(context, note_client_certificate, nullptr);
  return {};
}

tl::unexpected<Error> in_file(std::string_view which, Error error) {
  error.text = std::string(which) + ": " + error.text;
  return tl::unexpected(std::move(error));
}

// TLS 1.3 knows no DSA. OpenSSL takes it for a key that choose_pairs may still replace, and would agree
// on 1.3.
Result<void> stay_below_tls13(SSL_CTX* context, const std::vector<KeyPair>& pairs) {
  const auto is_dsa = [](const KeyPair& pair) { return pair.chain.leaf().key_type() == KeyType::dsa; };
  if (!std::ranges::all_of(pairs, is_dsa) || SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) == 1)
    return {};
  return fail_openssl(ErrorKind::internal, "cannot set up TLS");
}

}  // namespace

Result<ServerContext> ServerContext::open(ServerSettings settings) {
  if (settings.pairs.empty()) return fail(ErrorKind::unsupported, "a gateway needs a certificate");
  auto context = TRY(new_context(settings.library, TLS_server_method(), settings.legacy));
  SSL_CTX* raw = context.get();
  // What clients send may be a password: OpenSSL keeps no copy of what it has handed over.
  SSL_CTX_set_options(raw,
                      SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_dh_auto(raw, 1);
  // No tickets and a cache that remembers nothing: each server hello of TLS 1.2 carries a fresh session id,
  // as the flow wants, and no handshake is ever abbreviated.
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
  const auto id = as_bytes(session_context);
  SSL_CTX_set_session_id_context(raw, id.data(), static_cast<unsigned>(id.size()));
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  TRY(use_pairs(raw, settings.pairs));
  TRY(stay_below_tls13(raw, settings.pairs));
  SSL_CTX_set_cert_cb(raw, choose_pairs, nullptr);
  if (!settings.client_ca.empty()) {
    if (auto done = ask_for_certificates(raw, settings); !done) return in_file("client_ca", done.error());
  }
  if (!settings.client_crl.empty()) {
    if (auto done = add_revocation_lists(raw, settings.client_crl); !done) {
      return in_file("client_crl", done.error());
    }
  }
  auto pairs = std::make_shared<const std::vector<KeyPair>>(std::move(settings.pairs));
  return ServerContext(std::move(context), std::move(pairs), settings.keys_in_keeper);
}

Result<Connection> ServerContext::accept(std::chrono::sys_seconds now) const {
  SslHandle ssl(SSL_new(context_.get()));
  if (!ssl) return fail_openssl(ErrorKind::unavailable, "cannot make a TLS connection");
  SSL_set_accept_state(ssl.get());
  if (keys_in_keeper_) SSL_set_mode(ssl.get(), SSL_MODE_ASYNC);
  auto record = std::make_unique<HandshakeRecord>();
  record->now = now;
  record->pairs = pairs_;
  return Connection(std::move(ssl), std::move(record));
}

}  // namespace sallyport::tls
