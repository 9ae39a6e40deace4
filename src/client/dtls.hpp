// Phase 6 on the client: what CONNECT offers for DTLS, what came of it, and the first hello. The handshakes
// and the schedule of the hellos are the tunnel worker's (tunnel/dtls_channel.hpp), what follows for the user
// and the interface is dtls_life.hpp.
#pragma once

#include "client/attempt.hpp"
#include "proto/connect_reply.hpp"
#include "tunnel/messages.hpp"

namespace sallyport::client {

// The suites of --dtls-ciphers and --dtls12-ciphers, or else the usual ones; none with --no-dtls.
proto::DtlsOffer dtls_offer(const ConnectOptions& options);

// For the worker, while `connection` is still here: the pre-shared key comes out of it. unsupported: the
// gateway wants no DTLS, in words for the user.
Result<tunnel::DtlsSettings> dtls_settings(const proto::ConnectReply& reply,
                                           const proto::ConnectRequest& request,
                                           const tls::Connection& connection, const Address& gateway,
                                           const ConnectOptions& options);

// The tunnel runs: the first hello goes out, or the user hears why there will be none.
void start_dtls(Result<tunnel::DtlsSettings> settings, const Attempt& attempt);

}  // namespace sallyport::client
