// From the gateway's answer to CONNECT to what the machine is asked to become (phase 5).
#pragma once

#include <string>

#include "client/options.hpp"
#include "proto/client_messages.hpp"
#include "proto/connect_reply.hpp"

namespace sallyport::client {

// The interface's MTU: X-DTLS-MTU where the gateway gives one, in the hope that DTLS will work, else
// X-CSTP-MTU; bounded by --mtu.
std::uint16_t interface_mtu(const proto::ConnectReply& reply, const ConnectOptions& options);

// `headers` are the reply's as received, `gateway` is its outer address, `banner` the one of the login.
// unsupported: no inner address is left of a family that we may or can use.
Result<proto::HostSettings> network_settings(const proto::ConnectReply& reply,
                                             const proto::HeaderList& headers, const Address& gateway,
                                             std::string banner, const ConnectOptions& options);

}  // namespace sallyport::client
