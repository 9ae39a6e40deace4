// The loop of one thread of the keeper: answers the requests of one control thread or tunnel worker of the
// gateway, in order, over a SOCK_SEQPACKET socket.
#pragma once

#include "base/descriptor.hpp"
#include "keeper/service.hpp"

namespace sallyport::keeper {

// Returns, and closes the socket, when the gateway's end is closed or sends what is no request.
void serve(const Service& service, Descriptor socket);

}  // namespace sallyport::keeper
