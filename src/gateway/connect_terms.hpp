// The answer to CONNECT (phase 5) from what is known: the client's wishes, the session and its policy, the
// path between both. Pure.
#pragma once

#include "proto/auth_complete.hpp"
#include "proto/connect_reply.hpp"
#include "proto/connect_request.hpp"
#include "proto/mtu.hpp"
#include "proto/rekey.hpp"
#include "store/session.hpp"

namespace sallyport::gateway {

struct ConnectFacts {
  proto::Link link;              // without the client's base MTU
  proto::RecordCost tls_record;  // of the connection's cipher
  proto::TlsFacts tls;
  std::uint16_t mtu_limit = 0;   // the operator's; 0: none
  proto::AddressPool pool;       // for the lengths of the networks
  std::string certificate_hash;  // of our certificate, SHA-1
  store::WallTime now{};
  std::optional<proto::DtlsTerms> dtls;  // none: TLS only
};

// The login's last document, which CONNECT sends again; without the token. `certificate_hash`: of ours,
// SHA-1.
proto::AuthComplete complete_document(const store::Session& session, const std::string& certificate_hash);

// The inner MTU over each channel; over DTLS 0 where there is none.
proto::TunnelMtu inner_mtu(const proto::ConnectRequest& request, const ConnectFacts& facts);
// IPv6 needs a client that asks for it, and channels that carry its smallest packet.
bool wants_ipv6(const proto::ConnectRequest& request, const ConnectFacts& facts);

proto::ConnectReply connect_reply(const proto::ConnectRequest& request, const store::Session& session,
                                  const ConnectFacts& facts);

}  // namespace sallyport::gateway
