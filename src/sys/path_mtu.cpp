#include "sys/path_mtu.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/socket_address.hpp"

namespace sallyport::sys {

int path_mtu(int tcp_socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(tcp_socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return static_cast<int>(info.tcpi_pmtu);
}

bool has_ended(int tcp_socket) {
  pollfd entry{tcp_socket, POLLRDHUP, 0};
  return poll(&entry, 1, 0) > 0 && (entry.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

Result<Address> local_address(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return fail_errno("a connection without an address");
  }
  return from_sockaddr(storage).address;
}

}  // namespace sallyport::sys
