// The HTTP part of a connection, phases 2 to 5: reads a request, calls its phase, answers, until somebody
// closes or CONNECT makes it a tunnel.
#pragma once

#include "gateway/caller.hpp"
#include "net/tls_stream.hpp"
#include "tls/library.hpp"

namespace sallyport::gateway {

net::Task<void> serve_requests(const Caller& caller, net::TlsStream& stream,
                               std::shared_ptr<const tls::Library> library);

}  // namespace sallyport::gateway
