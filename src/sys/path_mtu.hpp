// What the kernel knows of the path of a TCP connection.
#pragma once

namespace sallyport::sys {

// The largest IP packet towards the peer, from its interface and from ICMP; 0: not known.
int path_mtu(int tcp_socket);

}  // namespace sallyport::sys
