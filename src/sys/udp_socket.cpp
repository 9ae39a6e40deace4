#include "sys/udp_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "base/socket_address.hpp"
#include "sys/udp_control.hpp"

namespace sallyport::sys {

namespace {

constexpr int receive_buffer = 8 << 20;  // bytes; the kernel doubles both, for what it adds
constexpr int send_buffer = 64 << 10;

}  // namespace

Result<Descriptor> open_udp(Address::Family family, std::uint16_t port) {
  const bool ipv6 = family == Address::Family::v6;
  Descriptor made(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made) return fail_errno("cannot open a UDP socket");
  const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const int option = ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER;
  const int whole = IP_PMTUDISC_DO;  // the same number for IPv6
  if (::setsockopt(made.number(), level, option, &whole, sizeof whole) != 0) {
    return fail_errno("cannot forbid fragments");
  }
  if (port == 0) return made;
  sockaddr_storage storage{};
  const auto size = to_sockaddr({ipv6 ? Address::v6({}) : Address(), port}, storage);
  if (::bind(made.number(), reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    return fail_errno("cannot use UDP port " + std::to_string(port));
  }
  return made;
}

void set_buffers(int socket) {
  if (::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) != 0) {
    (void)::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  (void)::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
}

Result<UdpSocket> UdpSocket::from(Descriptor descriptor) {
  int family = 0;
  socklen_t size = sizeof family;
  if (::getsockopt(descriptor.number(), SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) {
    return fail_errno("not a UDP socket");
  }
  return UdpSocket(std::move(descriptor), family == AF_INET6);
}

std::optional<UdpSocket::Datagram> UdpSocket::receive(MutableByteView buffer) {
  sockaddr_storage from{};
  UdpControl control;
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  constexpr int tries = 16;  // each error is another peer's, and told once
  for (int i = 0; i < tries; ++i) {
    const auto size = ::recvmsg(descriptor_.number(), &message, 0);
    if (size >= 0) {
      const auto bytes = buffer.first(static_cast<std::size_t>(size));
      return Datagram{bytes, {from_sockaddr(from), local_address(message)}};
    }
    if (errno == EAGAIN) return std::nullopt;
  }
  return std::nullopt;
}

void UdpSocket::change_port() {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;  // udp(7): dissolves what the kernel has chosen
  (void)::connect(descriptor_.number(), &nowhere, sizeof nowhere);  // else it stays, which is no harm
}

std::size_t UdpSocket::held() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (::getsockopt(descriptor_.number(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return 0;
  return memory[SK_MEMINFO_WMEM_ALLOC];
}

void UdpSocket::limit_held(std::size_t bytes) const {
  const int size = static_cast<int>(bytes);
  (void)::setsockopt(descriptor_.number(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

int UdpSocket::send(ByteView datagram, const UdpPath& path) const {
  sockaddr_storage to{};
  UdpControl control;
  iovec part{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = to_sockaddr(path.peer, to, ipv6_);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (path.local) put_local_address(message, control, *path.local, ipv6_);
  return ::sendmsg(descriptor_.number(), &message, 0) >= 0 ? 0 : errno;
}

}  // namespace sallyport::sys
