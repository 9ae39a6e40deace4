// The header in front of each DTLS record (phase 6): enough to tell a hello, a rest of a handshake and data
// from each other before anything is decrypted.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace sallyport::proto {

inline constexpr std::size_t dtls_record_header_size = 13;

// RFC 6347 section 4.1.
struct DtlsRecord {
  static constexpr std::uint8_t change_cipher_spec = 20;
  static constexpr std::uint8_t alert = 21;
  static constexpr std::uint8_t handshake = 22;
  static constexpr std::uint8_t application_data = 23;

  std::uint8_t type = 0;
  std::uint16_t epoch = 0;     // 0: not encrypted
  std::uint64_t sequence = 0;  // within the epoch, 48 bits
  ByteView fragment;           // of the datagram
};

bool is_dtls_version(std::uint16_t version);

// The datagram's first record. Nothing: it is not DTLS, or cut.
std::optional<DtlsRecord> peek_dtls_record(ByteView datagram);

}  // namespace sallyport::proto
