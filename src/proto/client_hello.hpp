// A look into the first datagram of a DTLS handshake (phase 6): on the one UDP port of the gateway the
// session id of the ClientHello says which session it is for, before OpenSSL sees a byte.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace sallyport::proto {

struct ClientHello {
  ByteView random;      // 32 bytes: the same in each repetition of a hello
  ByteView session_id;  // up to 32 bytes
};

// Parts of the datagram. Nothing: not a ClientHello of DTLS, or one that is cut or fragmented, which no
// client of ours sends.
std::optional<ClientHello> peek_client_hello(ByteView datagram);

}  // namespace sallyport::proto
