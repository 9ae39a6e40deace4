// From the gateway's answer to CONNECT to what the machine is asked to become (phase 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/options.hpp"
#include "proto/client_messages.hpp"
#include "proto/connect_reply.hpp"

namespace sallyport::client {

// The interface's first MTU: X-DTLS-MTU where the gateway gives one, in the hope that DTLS will work, else
// X-CSTP-MTU; bounded by --mtu.
std::uint16_t interface_mtu(const proto::ConnectReply& reply, const ConnectOptions& options);
// The one for when DTLS is given up; nothing: the gateway gave no X-DTLS-MTU, so there is none to fall back
// from.
std::optional<std::uint16_t> mtu_without_dtls(const proto::ConnectReply& reply,
                                              const ConnectOptions& options);

// X-DTLS-Session-ID and X-DTLS-App-ID: who knows one may disturb the session's handshakes.
bool is_dtls_id(std::string_view header);

// What the gateway has said.
struct Agreement {
  proto::ConnectReply reply;
  proto::HeaderList headers;  // the reply's, as received
  Address gateway;            // outer
  std::string banner;         // of the login
};

// For an interface with this MTU. unsupported: no inner address is left of a family that we may or can use.
Result<proto::HostSettings> network_settings(const Agreement& agreement, std::uint16_t mtu,
                                             const ConnectOptions& options);

}  // namespace sallyport::client
