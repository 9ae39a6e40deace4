// For tests: private keys made at run time, once per program.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <openssl/bio.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/secret.hpp"
#include "tls/handles.hpp"

namespace sallyport::tls::samples {

using MemoryBio = std::unique_ptr<BIO, decltype([](BIO* it) { BIO_free(it); })>;

inline std::string text_of(const MemoryBio& bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// PKCS#8, encrypted if there is a passphrase.
inline Secret pem_of(EVP_PKEY& key, const char* passphrase = nullptr) {
  const MemoryBio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(out.get(), &key, passphrase != nullptr ? EVP_aes_128_cbc() : nullptr, nullptr,
                                0, nullptr, const_cast<char*>(passphrase));
  return Secret(text_of(out));
}

inline Secret traditional_pem_of(EVP_PKEY& key, const char* passphrase = nullptr) {
  const MemoryBio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey_traditional(out.get(), &key, passphrase != nullptr ? EVP_aes_128_cbc() : nullptr,
                                       nullptr, 0, nullptr, const_cast<char*>(passphrase));
  return Secret(text_of(out));
}

// The keys of the tests are never freed: OpenSSL cleans up at exit before static objects go.
inline EVP_PKEY& rsa_key() {
  static const auto& key = *new KeyHandle(EVP_RSA_gen(2048));
  return *key;
}

inline EVP_PKEY& ec_key() {
  static const auto& key = *new KeyHandle(EVP_EC_gen("P-256"));
  return *key;
}

inline EVP_PKEY& p384_key() {
  static const auto& key = *new KeyHandle(EVP_EC_gen("P-384"));
  return *key;
}

inline EVP_PKEY& ed25519_key() {
  static const auto& key = *new KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return *key;
}

inline KeyHandle make_dsa_key() {
  using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* it) { EVP_PKEY_CTX_free(it); })>;
  const KeyContext sizes(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  EVP_PKEY* parameters = nullptr;
  EVP_PKEY_paramgen_init(sizes.get());
  EVP_PKEY_CTX_set_dsa_paramgen_bits(sizes.get(), 2048);
  EVP_PKEY_CTX_set_dsa_paramgen_q_bits(sizes.get(), 256);
  EVP_PKEY_paramgen(sizes.get(), &parameters);
  const KeyHandle domain(parameters);
  const KeyContext generator(EVP_PKEY_CTX_new_from_pkey(nullptr, domain.get(), nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(generator.get());
  EVP_PKEY_keygen(generator.get(), &key);
  return KeyHandle(key);
}

inline EVP_PKEY& dsa_key() {
  static const auto& key = *new KeyHandle(make_dsa_key());
  return *key;
}

}  // namespace sallyport::tls::samples
