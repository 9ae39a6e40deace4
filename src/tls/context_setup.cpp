#include "tls/context_setup.hpp"

#include <string>

#include <openssl/ssl.h>

#include "tls/failure.hpp"

namespace sallyport::tls {

namespace {

constexpr const char* tls13_suites =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

// TLS 1.2 with forward secrecy and AEAD: what openconnect, AnyConnect since 4.2 and ASA since 9.4 share.
constexpr std::string_view modern_suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256";

// Behind the modern ones, the better first. DHE-DSS has to be named: no list of OpenSSL's includes it.
constexpr std::string_view legacy_suites =
    ":ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
    ":DHE-DSS-AES256-GCM-SHA384:DHE-DSS-AES128-GCM-SHA256"
    ":DHE-RSA-AES256-SHA:DHE-DSS-AES256-SHA256:DHE-DSS-AES256-SHA"
    ":DHE-RSA-AES128-SHA:DHE-DSS-AES128-SHA256:DHE-DSS-AES128-SHA"
    ":AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA";

// P-256 must stay even if X25519 is what everybody takes: without it no ECDSA certificate on that curve can
// be used with TLS 1.2 ("no shared cipher").
constexpr const char* groups = "X25519:P-256:P-384:P-521";

constexpr int modern_security_level = 2;              // RSA and DH from 2048 bits, no SHA-1
constexpr int legacy_security_level = 0;              // TLS 1.0 and 1.1 sign with MD5 and SHA-1
constexpr long largest_chain = 64 << 10;              // bytes of certificates that a peer may send
constexpr PemLimits authority_limits{4 << 20, 2000};  // a local file, often the whole system store

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using BorrowedStack = std::unique_ptr<STACK_OF(X509), FreeStack>;

BorrowedStack issuers_of(const CertificateChain& chain) {
  BorrowedStack stack(sk_X509_new_null());
  for (std::size_t i = 1; i < chain.certificates().size(); ++i) {
    sk_X509_push(stack.get(), chain.certificates()[i].native());
  }
  return stack;
}

}  // namespace

Result<ContextHandle> new_context(ossl_lib_ctx_st* library, const ssl_method_st* method, bool legacy) {
  // No property query: one would also steer the verification of peers' certificates to the keeper's provider.
  ContextHandle context(SSL_CTX_new_ex(library, nullptr, method));
  SSL_CTX* raw = context.get();
  if (raw == nullptr) return fail_openssl(ErrorKind::internal, "cannot make a TLS context");
  SSL_CTX_set_security_level(raw, legacy ? legacy_security_level : modern_security_level);
  std::string suites(modern_suites);
  if (legacy) suites += legacy_suites;
  if (SSL_CTX_set_min_proto_version(raw, legacy ? TLS1_VERSION : TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(raw, tls13_suites) != 1 || SSL_CTX_set_cipher_list(raw, suites.c_str()) != 1 ||
      SSL_CTX_set1_groups_list(raw, groups) != 1) {
    return fail_openssl(ErrorKind::internal, "cannot set up TLS");
  }
  // No chain is built from the authorities that clients are checked against: what is configured is sent.
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_options(
      raw, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
  SSL_CTX_set_max_cert_list(raw, largest_chain);
  // An authority counts even if it is not a root: the operator says whom to trust.
  X509_STORE_set_flags(SSL_CTX_get_cert_store(raw), X509_V_FLAG_PARTIAL_CHAIN);
  return context;
}

bool use_pair(ssl_ctx_st* context, const KeyPair& pair) {
  const auto issuers = issuers_of(pair.chain);
  return SSL_CTX_use_cert_and_key(context, pair.chain.leaf().native(), pair.key.get(), issuers.get(), 1) == 1;
}

bool use_pair(ssl_st* ssl, const KeyPair& pair) {
  const auto issuers = issuers_of(pair.chain);
  return SSL_use_cert_and_key(ssl, pair.chain.leaf().native(), pair.key.get(), issuers.get(), 1) == 1;
}

Result<void> use_pairs(ssl_ctx_st* context, const std::vector<KeyPair>& pairs) {
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
    if (!use_pair(context, *pair)) {
      return fail_openssl(ErrorKind::unsupported,
                          "the certificate of " + pair->chain.leaf().subject() + " cannot be used");
    }
  }
  return {};
}

Result<std::vector<Certificate>> trust_authorities(ssl_ctx_st* context, std::string_view pem,
                                                   ossl_lib_ctx_st* library) {
  auto authorities = TRY(parse_certificates(pem, authority_limits, library));
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const auto& authority : authorities) {
    if (X509_STORE_add_cert(store, authority.native()) != 1) {
      return fail_openssl(ErrorKind::internal, "cannot trust " + authority.subject());
    }
  }
  return authorities;
}

}  // namespace sallyport::tls
