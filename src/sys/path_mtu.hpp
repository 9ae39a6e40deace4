// What the kernel knows of a TCP connection and its path.
#pragma once

#include "base/ip.hpp"

namespace sallyport::sys {

// The largest IP packet towards the peer, from its interface and from ICMP; 0: not known.
int path_mtu(int tcp_socket);

// The peer has said that it sends nothing more, or the connection is broken.
bool has_ended(int tcp_socket);

// Our own address on it, the one that the peer knows. Of any socket that is connected.
Result<Address> local_address(int socket);

}  // namespace sallyport::sys
