// A look into the first datagram of a DTLS handshake (phase 6): on the one UDP port of the gateway the
// session id of the ClientHello says which session it is for, before OpenSSL sees a byte.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace sallyport::proto {

// In an unfragmented hello: record header 13, handshake header 12, version 2, random 32, length 1.
inline constexpr std::size_t hello_session_id_offset = 60;

struct ClientHello {
  std::uint16_t version = 0;      // 0xfefd DTLS 1.2, 0xfeff 1.0, 0x0100 Cisco's 0.9
  std::uint16_t message_seq = 0;  // 1 after a HelloVerifyRequest
  std::size_t offset = 0;         // of the session id in the datagram
  ByteView random;                // 32 bytes: the same in each repetition of a hello
  ByteView session_id;            // up to 32 bytes of the datagram
};

// Nothing: not a ClientHello, or one that is cut or fragmented, which no client of ours sends.
std::optional<ClientHello> peek_client_hello(ByteView datagram);

}  // namespace sallyport::proto
