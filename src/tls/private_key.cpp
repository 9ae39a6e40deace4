#include "tls/private_key.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/failure.hpp"
#include "tls/library.hpp"

namespace sallyport::tls {

namespace {

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* it) { EVP_PKEY_CTX_free(it); })>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* it) { EVP_MD_CTX_free(it); })>;
using MemoryBio = std::unique_ptr<BIO, decltype([](BIO* it) { BIO_free(it); })>;

// OpenSSL asks for a passphrase: note it instead of asking at the terminal.
int note_passphrase(char* /*out*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::string curve_of(const EVP_PKEY* key) {
  std::array<char, 80> name{};
  std::size_t length = 0;
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), &length) != 1)
    return "unknown";
  return {name.data(), length};
}

tl::unexpected<Error> refuse(std::string why) {
  return fail(ErrorKind::unsupported, std::move(why));
}

}  // namespace

Result<PrivateKey> PrivateKey::load(const Secret& pem, const Library& library) {
  if (pem.empty()) return fail(ErrorKind::malformed, "is empty");
  const auto text = pem.reveal();
  const MemoryBio file(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (file == nullptr) return fail_openssl(ErrorKind::internal, "cannot be read");
  bool is_encrypted = false;
  KeyHandle key(PEM_read_bio_PrivateKey_ex(file.get(), nullptr, note_passphrase, &is_encrypted,
                                           library.context(), nullptr));
  if (is_encrypted) {
    ERR_clear_error();
    return refuse("is encrypted with a passphrase, which is not supported");
  }
  if (key == nullptr) return fail_openssl(ErrorKind::malformed, "holds no private key in PEM form");
  ERR_clear_error();  // of the forms that were tried first

  const std::array types{std::pair{"RSA", Type::rsa}, std::pair{"EC", Type::ec},
                         std::pair{"ED25519", Type::ed25519}, std::pair{"DSA", Type::dsa}};
  for (const auto& [name, type] : types) {
    if (EVP_PKEY_is_a(key.get(), name) != 1) continue;
    if (type == Type::ec) {
      const auto curve = curve_of(key.get());
      if (curve != "prime256v1" && curve != "secp384r1")
        return refuse("is on the curve " + curve + "; P-256 and P-384 are supported");
    }
    return PrivateKey(std::move(key), type, library);
  }
  const auto* name = EVP_PKEY_get0_type_name(key.get());
  return refuse(std::string("is of the type ") + (name != nullptr ? name : "unknown") +
                "; RSA, EC, Ed25519 and DSA are supported");
}

Bytes PrivateKey::public_key() const {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key_.get(), &der);
  if (length <= 0) return {};
  Bytes bytes(der, der + length);
  OPENSSL_free(der);
  return bytes;
}

Result<void> PrivateKey::check(KeyPadding padding, KeyDigest digest, std::uint16_t salt_length,
                               ByteView input) const {
  if (input.size() > max_key_input) return fail(ErrorKind::malformed, "the input is too long");
  const auto size = traits_of(digest).size;
  if (type_ == Type::ed25519) {
    if (digest != KeyDigest::none) return refuse("Ed25519 signs messages, not digests");
  } else if (digest == KeyDigest::none) {
    return refuse("only Ed25519 signs without a digest");
  } else if (input.size() != size) {
    return fail(ErrorKind::malformed, "the digest has a wrong length");
  }

  if ((type_ == Type::rsa) == (padding == KeyPadding::none))
    return refuse("wrong padding for this type of key");
  if (digest == KeyDigest::md5_sha1 && padding != KeyPadding::pkcs1)
    return refuse("MD5-SHA1 is for RSA with PKCS#1 padding only");
  if (padding == KeyPadding::pss && size < traits_of(KeyDigest::sha256).size)
    return refuse("PSS needs SHA-256 or a longer digest");
  if (salt_length != (padding == KeyPadding::pss ? size : 0)) return refuse("the salt has a wrong length");
  return {};
}

Result<Bytes> PrivateKey::sign(KeyPadding padding, KeyDigest digest, std::uint16_t salt_length,
                               ByteView input) const {
  TRY(check(padding, digest, salt_length, input));
  return type_ == Type::ed25519 ? sign_message(input) : sign_digest(padding, digest, input);
}

Result<Bytes> PrivateKey::sign_message(ByteView message) const {
  const DigestContext context(EVP_MD_CTX_new());
  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
  std::size_t length = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, library_->context(), nullptr, key_.get(),
                            nullptr) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) != 1)
    return fail_openssl(ErrorKind::internal, "cannot sign");
  signature.resize(length);
  return signature;
}

Result<Bytes> PrivateKey::sign_digest(KeyPadding padding, KeyDigest digest, ByteView input) const {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(library_->context(), key_.get(), nullptr));
  if (context == nullptr) return fail_openssl(ErrorKind::internal, "cannot sign");

  // OpenSSL does not write through these, but its interface has no const.
  auto* name = const_cast<char*>(traits_of(digest).name);
  int mode = padding == KeyPadding::pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
  int salt = RSA_PSS_SALTLEN_DIGEST;
  std::array<OSSL_PARAM, 4> parameters{};  // all zero is OSSL_PARAM_END
  std::size_t count = 0;
  parameters.at(count++) = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, name, 0);
  if (padding != KeyPadding::none)
    parameters.at(count++) = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PAD_MODE, &mode);
  if (padding == KeyPadding::pss)
    parameters.at(count++) = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt);

  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
  std::size_t length = signature.size();
  if (EVP_PKEY_sign_init_ex(context.get(), parameters.data()) != 1 ||
      EVP_PKEY_sign(context.get(), signature.data(), &length, input.data(), input.size()) != 1)
    return fail_openssl(ErrorKind::internal, "cannot sign");
  signature.resize(length);
  return signature;
}

Result<Secret> PrivateKey::decrypt_premaster(ByteView encrypted, std::uint16_t client_version,
                                             std::uint16_t negotiated_version) const {
  if (type_ != Type::rsa) return refuse("only RSA decrypts");
  if (encrypted.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())))
    return fail(ErrorKind::malformed, "the encrypted premaster has a wrong length");
  if (client_version == 0) return fail(ErrorKind::malformed, "the client's version is missing");

  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(library_->context(), key_.get(), nullptr));
  int mode = RSA_PKCS1_WITH_TLS_PADDING;
  unsigned client = client_version;
  unsigned negotiated = negotiated_version;
  std::array<OSSL_PARAM, 4> parameters{
      OSSL_PARAM_construct_int(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, &mode),
      OSSL_PARAM_construct_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, &client),
      OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  if (negotiated_version != 0)
    parameters[2] = OSSL_PARAM_construct_uint(OSSL_ASYM_CIPHER_PARAM_TLS_NEGOTIATED_VERSION, &negotiated);

  Bytes premaster(SSL_MAX_MASTER_KEY_LENGTH);
  std::size_t length = premaster.size();
  if (context == nullptr || EVP_PKEY_decrypt_init_ex(context.get(), parameters.data()) != 1 ||
      EVP_PKEY_decrypt(context.get(), premaster.data(), &length, encrypted.data(), encrypted.size()) != 1 ||
      length != premaster.size())
    return fail_openssl(ErrorKind::internal, "cannot decrypt");  // never for bad padding
  return Secret(std::move(premaster));
}

}  // namespace sallyport::tls
