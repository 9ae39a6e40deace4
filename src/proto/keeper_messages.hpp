// What gateway and keeper say to each other: one request or answer per message of a SOCK_SEQPACKET socket.
// TLS handshake phase. The fields are those of tls/remote_key_request.hpp, with the same enumerators in the
// same order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/codec.hpp"

namespace sallyport::proto {

enum class KeeperOperation : std::uint8_t { sign, decrypt_premaster };
constexpr KeeperOperation last_of(KeeperOperation) {
  return KeeperOperation::decrypt_premaster;
}

enum class KeeperPadding : std::uint8_t { none, pkcs1, pss };
constexpr KeeperPadding last_of(KeeperPadding) {
  return KeeperPadding::pss;
}

enum class KeeperDigest : std::uint8_t { none, md5_sha1, sha1, sha224, sha256, sha384, sha512 };
constexpr KeeperDigest last_of(KeeperDigest) {
  return KeeperDigest::sha512;
}

inline constexpr std::size_t max_keeper_bytes = 4096;    // of input or output
inline constexpr std::size_t max_keeper_message = 4200;  // of a whole message

struct KeeperRequest {
  std::uint32_t id = 0;
  KeeperOperation operation = KeeperOperation::sign;
  std::uint16_t key = 0;
  KeeperPadding padding = KeeperPadding::none;
  std::uint16_t salt_length = 0;
  KeeperDigest digest = KeeperDigest::none;
  std::uint16_t client_version = 0;
  std::uint16_t negotiated_version = 0;
  Bytes input;

  bool operator==(const KeeperRequest&) const = default;
  static void each_field(auto&& field) {
    field("id", &KeeperRequest::id);
    field("operation", &KeeperRequest::operation);
    field("key", &KeeperRequest::key);
    field("padding", &KeeperRequest::padding);
    field("salt_length", &KeeperRequest::salt_length);
    field("digest", &KeeperRequest::digest);
    field("client_version", &KeeperRequest::client_version);
    field("negotiated_version", &KeeperRequest::negotiated_version);
    field("input", &KeeperRequest::input);
  }

  static Result<KeeperRequest> parse(ByteView bytes) {
    auto request = TRY(decode<KeeperRequest>(bytes));
    if (request.input.size() > max_keeper_bytes) return fail(ErrorKind::malformed, "input: too long");
    return request;
  }
  Bytes serialize() const { return encode(*this); }
};

struct KeeperAnswer {
  std::uint32_t id = 0;
  bool ok = false;
  Secret output;  // a signature or a premaster secret

  bool operator==(const KeeperAnswer&) const = default;
  static void each_field(auto&& field) {
    field("id", &KeeperAnswer::id);
    field("ok", &KeeperAnswer::ok);
    field("output", &KeeperAnswer::output);
  }

  static Result<KeeperAnswer> parse(ByteView bytes) {
    auto answer = TRY(decode<KeeperAnswer>(bytes));
    if (answer.output.size() > max_keeper_bytes) return fail(ErrorKind::malformed, "output: too long");
    return answer;
  }
  Bytes serialize() const { return encode(*this); }  // holds the secret: wipe it once sent
};

}  // namespace sallyport::proto
