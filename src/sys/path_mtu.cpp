#include "sys/path_mtu.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::sys {

int path_mtu(int tcp_socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(tcp_socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return static_cast<int>(info.tcpi_pmtu);
}

}  // namespace sallyport::sys
