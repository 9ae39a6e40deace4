// Phase 6 on the gateway, as far as CONNECT decides it: whether and how the client may speak DTLS, and with
// which key. The handshake is the tunnel worker's (tunnel/dtls_port.hpp).
#pragma once

#include "gateway/connect_terms.hpp"
#include "tls/connection.hpp"
#include "tunnel/messages.hpp"

namespace sallyport::gateway {

// `local`: our address that the client knows. Nothing: TLS only, since the client offers no suite that we
// have, or we take no datagrams at that address.
Result<std::optional<proto::DtlsTerms>> choose_dtls(const proto::ConnectRequest& request,
                                                    const proto::GatewaySettings& settings,
                                                    const Address& local);

// For the worker. The pre-shared key comes out of the connection that CONNECT came on.
Result<tunnel::DtlsSettings> dtls_settings(const proto::DtlsTerms& terms,
                                           const proto::ConnectRequest& request,
                                           const tls::Connection& connection,
                                           const proto::ConnectReply& reply);

}  // namespace sallyport::gateway
