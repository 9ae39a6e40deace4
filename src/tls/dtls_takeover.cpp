#include "tls/dtls_takeover.hpp"

#include <array>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>

#include "tls/failure.hpp"

namespace sallyport::tls {

namespace {

constexpr std::size_t random_size = 32;

struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

OSSL_PARAM octets(const char* name, ByteView bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

// RFC 5246 section 6.3.
Result<Secret> key_block(const ssl_st* ssl, ossl_lib_ctx_st* library, std::size_t size) {
  Bytes master(SSL_MAX_MASTER_KEY_LENGTH);
  master.resize(SSL_SESSION_get_master_key(SSL_get_session(ssl), master.data(), master.size()));
  const Secret secret(std::move(master));
  std::array<std::uint8_t, random_size> server{};
  std::array<std::uint8_t, random_size> client{};
  SSL_get_server_random(ssl, server.data(), server.size());
  SSL_get_client_random(ssl, client.data(), client.size());

  const auto* digest = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(library, OSSL_KDF_NAME_TLS1_PRF, nullptr));
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(EVP_KDF_CTX_new(kdf.get()));
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(EVP_MD_get0_name(digest)), 0),
      octets(OSSL_KDF_PARAM_SECRET, secret.reveal()),
      octets(OSSL_KDF_PARAM_SEED, as_bytes("key expansion")),
      octets(OSSL_KDF_PARAM_SEED, server),
      octets(OSSL_KDF_PARAM_SEED, client),
      OSSL_PARAM_construct_end(),
  };
  Bytes block(size);
  if (!context || EVP_KDF_derive(context.get(), block.data(), block.size(), parameters.data()) != 1) {
    return fail_openssl(ErrorKind::internal, "cannot derive the keys of a DTLS association");
  }
  return Secret(std::move(block));
}

// OpenSSL begins with a random number and counts on; to count on from there repeats none.
std::uint64_t nonce_behind(ByteView finished) {
  return Reader(finished.subspan(dtls_record_header_size)).u64().value_or(0) + 1;
}

}  // namespace

std::optional<AeadCipher> aead_cipher_of(const ssl_st* ssl) {
  if (SSL_version(ssl) != DTLS1_2_VERSION) return std::nullopt;
  switch (SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(ssl))) {
    case NID_aes_128_gcm:
      return AeadCipher::aes_128_gcm;
    case NID_aes_256_gcm:
      return AeadCipher::aes_256_gcm;
    case NID_chacha20_poly1305:
      return AeadCipher::chacha20_poly1305;
    default:
      return std::nullopt;
  }
}

Result<DtlsRecords::Beginning> take_over(ssl_st* ssl, ossl_lib_ctx_st* library, AeadCipher cipher,
                                         const SentRecords& sent) {
  const bool gcm = cipher != AeadCipher::chacha20_poly1305;
  const std::size_t key = key_size(cipher);
  const std::size_t iv = gcm ? 4 : AeadNonce().size();
  if (sent.finished.size() < dtls_record_header_size + sizeof(std::uint64_t)) {
    return fail(ErrorKind::internal, "a DTLS handshake has ended without a Finished");
  }
  const auto block = TRY(key_block(ssl, library, 2 * key + 2 * iv));
  const auto part = [&](std::size_t at, std::size_t size) {
    return Secret(block.reveal().subspan(at, size));
  };
  DtlsRecords::Key client{part(0, key), part(2 * key, iv)};
  DtlsRecords::Key server{part(key, key), part(2 * key + iv, iv)};
  const bool we_are_server = SSL_is_server(ssl) != 0;
  return DtlsRecords::Beginning{.cipher = cipher,
                                .ours = we_are_server ? server : client,
                                .peers = we_are_server ? client : server,
                                .next_sequence = sent.next_sequence,
                                .next_nonce = gcm ? nonce_behind(sent.finished) : 0};
}

}  // namespace sallyport::tls
