// Sockets that the supervisor opens for the gateway: TCP listeners, UDP sockets, the admin socket.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "base/descriptor.hpp"
#include "base/ip.hpp"

namespace sallyport::sys {

// Non-blocking, close-on-exec, SO_REUSEADDR and SO_REUSEPORT (one listener for each control thread). "[::]"
// takes both families.
Result<Descriptor> listen_tcp(const Endpoint& endpoint);

// Non-blocking and close-on-exec, for UdpSocket; one for each tunnel worker. "[::]" takes both families.
Result<Descriptor> listen_udp(const Endpoint& endpoint);

// A unix stream listener with mode 0660, owned by us and, if given, `group`. A stale socket file is
// replaced; one that answers belongs to another gateway, which is an error. Missing folders are made.
Result<Descriptor> listen_unix(const std::string& path, std::optional<gid_t> group);

}  // namespace sallyport::sys
