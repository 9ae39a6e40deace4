// The HTTP part of a connection, phases 2 to 5: reads a request, calls its phase, answers, until somebody
// closes.
#pragma once

#include "base/ip.hpp"
#include "net/stream.hpp"

namespace sallyport::gateway {

net::Task<void> serve_requests(net::Stream& stream, Endpoint peer);

}  // namespace sallyport::gateway
