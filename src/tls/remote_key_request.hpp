// What the gateway asks of the process that holds its private keys, and what comes back. The provider makes
// the requests (remote_key_*.cpp), the caller's KeyTransport carries them, PrivateKey does them. They are
// typed: there is no raw RSA operation to abuse. proto/keeper_messages.hpp is their form on the wire, with
// the same enumerators in the same order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace sallyport::tls {

enum class KeyOperation : std::uint8_t {
  sign,
  decrypt_premaster,  // RSA key exchange, RFC 5246 section 7.4.7.1
};

enum class KeyPadding : std::uint8_t {
  none,  // every key but RSA
  pkcs1,
  pss,
};

enum class KeyDigest : std::uint8_t {
  none,      // Ed25519 signs the message itself
  md5_sha1,  // RSA before TLS 1.2
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
};

struct DigestTraits {
  KeyDigest digest = KeyDigest::none;
  const char* name = "";  // OpenSSL's
  std::size_t size = 0;
};

inline constexpr std::array<DigestTraits, 7> key_digests{{
    {KeyDigest::none, "", 0},
    {KeyDigest::md5_sha1, "MD5-SHA1", 36},
    {KeyDigest::sha1, "SHA1", 20},
    {KeyDigest::sha224, "SHA224", 28},
    {KeyDigest::sha256, "SHA256", 32},
    {KeyDigest::sha384, "SHA384", 48},
    {KeyDigest::sha512, "SHA512", 64},
}};

constexpr const DigestTraits& traits_of(KeyDigest digest) {
  return key_digests.at(static_cast<std::size_t>(digest));
}

// The largest input: what TLS has an Ed25519 key sign is a few hundred bytes, an RSA block at most 2048.
inline constexpr std::size_t max_key_input = 4096;

struct KeyRequest {
  std::uint32_t id = 0;  // set by RemoteKeys
  KeyOperation operation = KeyOperation::sign;
  std::uint16_t key = 0;  // the key's number in the keeper
  KeyPadding padding = KeyPadding::none;
  std::uint16_t salt_length = 0;  // PSS only
  KeyDigest digest = KeyDigest::none;
  std::uint16_t client_version = 0;      // decrypt_premaster only: the version in the client's hello …
  std::uint16_t negotiated_version = 0;  // … and one more to accept, 0 for none
  Bytes input;                           // the digest, the message (Ed25519) or the encrypted premaster
};

struct KeyAnswer {
  std::uint32_t id = 0;
  bool ok = false;
  Secret output;  // a signature, or the premaster secret
};

}  // namespace sallyport::tls
