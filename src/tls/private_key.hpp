// PrivateKey: a TLS server's key in the process that holds it, the keeper. It does what a TLS handshake needs
// and nothing else: each request is checked against the key's type, so that a gateway gone bad cannot use it
// for another purpose. May be used by several threads at once.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "tls/handles.hpp"
#include "tls/remote_key_request.hpp"

namespace sallyport::tls {

class Library;

class PrivateKey {
 public:
  // PEM: PKCS#8, or the traditional forms of RSA, EC and DSA. The library must outlive the key. Error texts
  // are predicates, to go behind the file's name: "is encrypted with a passphrase, which is not supported".
  static Result<PrivateKey> load(const Secret& pem, const Library& library);

  Bytes public_key() const;  // SubjectPublicKeyInfo, DER

  // `input` is the digest, or the message itself for Ed25519. unsupported: not something TLS would ask of
  // this key; malformed: a wrong length.
  Result<Bytes> sign(KeyPadding padding, KeyDigest digest, std::uint16_t salt_length, ByteView input) const;

  // RSA only. 48 bytes: the premaster secret, or random ones if the padding or the version in it is bad, in
  // the same time and without a sign of it (RFC 5246 section 7.4.7.1). `negotiated_version` is accepted
  // beside the client's unless it is 0.
  Result<Secret> decrypt_premaster(ByteView encrypted, std::uint16_t client_version,
                                   std::uint16_t negotiated_version) const;

 private:
  enum class Type { rsa, ec, ed25519, dsa };

  PrivateKey(KeyHandle key, Type type, const Library& library)
      : key_(std::move(key)), type_(type), library_(&library) {}

  Result<void> check(KeyPadding padding, KeyDigest digest, std::uint16_t salt_length, ByteView input) const;
  Result<Bytes> sign_message(ByteView message) const;
  Result<Bytes> sign_digest(KeyPadding padding, KeyDigest digest, ByteView input) const;

  KeyHandle key_;
  Type type_;
  const Library* library_;
};

}  // namespace sallyport::tls
