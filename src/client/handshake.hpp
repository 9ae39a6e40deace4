// Phase 1 on the client: TCP, TLS with an empty Session ID, the gateway's certificate judged before anything
// leaves.
#pragma once

#include <memory>

#include "client/options.hpp"
#include "client/outcome.hpp"
#include "flow/recorder.hpp"
#include "net/tls_stream.hpp"
#include "proto/url.hpp"
#include "tls/client_context.hpp"

namespace sallyport::client {

// The context that all TLS sessions of a run share. Fails on unreadable files and bad pins.
Result<tls::ClientContext> open_context(const ConnectOptions& options);

// Throws Ended: certificate_blocked, unreachable, failed.
net::Task<std::unique_ptr<net::TlsStream>> handshake(const proto::Url& gateway, const ConnectOptions& options,
                                                     const tls::ClientContext& context, flow::Recorder& flow);

}  // namespace sallyport::client
