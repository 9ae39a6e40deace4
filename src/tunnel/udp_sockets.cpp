#include "tunnel/udp_sockets.hpp"

#include <cerrno>

namespace sallyport::tunnel {

Result<UdpSockets> UdpSockets::from(std::vector<Descriptor> descriptors) {
  std::vector<sys::UdpSocket> sockets;
  for (auto& descriptor : descriptors) sockets.push_back(TRY(sys::UdpSocket::from(std::move(descriptor))));
  return UdpSockets(std::move(sockets));
}

std::optional<UdpSockets::Datagram> UdpSockets::receive(std::size_t socket) {
  const auto datagram = sockets_[socket].receive(buffer_);
  if (!datagram) return std::nullopt;
  return Datagram{datagram->bytes, {socket, datagram->path}};
}

UdpSockets::Outcome UdpSockets::send(ByteView datagram, const UdpRoute& route) {
  const int error = sockets_[route.socket].send(datagram, route.path);
  if (error == 0) return Outcome::sent;
  return error == EMSGSIZE ? Outcome::too_long : Outcome::refused;
}

}  // namespace sallyport::tunnel
