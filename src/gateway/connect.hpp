// Phase 5 on the gateway: CONNECT with a session's token makes its tunnel.
#pragma once

#include "gateway/caller.hpp"
#include "net/http_channel.hpp"
#include "net/tls_stream.hpp"
#include "tls/library.hpp"

namespace sallyport::gateway {

// Answers, and after a 200 hands the connection over to the session's worker: the stream is then empty.
net::Task<void> open_tunnel(const Caller& caller, const proto::HttpRequest& request, net::TlsStream& stream,
                            net::RequestChannel& channel, std::shared_ptr<const tls::Library> library);

}  // namespace sallyport::gateway
