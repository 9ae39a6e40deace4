// Endpoint as the socket calls want it, and back.
#pragma once

#include <sys/socket.h>

#include "base/ip.hpp"

namespace sallyport {

// Its size. An IPv4 endpoint for a socket that takes both families is `mapped` into IPv6.
socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& storage, bool mapped = false);
// All zero for other families. A mapped IPv4 address comes back as IPv4.
Endpoint from_sockaddr(const sockaddr_storage& storage);

}  // namespace sallyport
