#include "tunnel/udp_sockets.hpp"

#include <algorithm>
#include <cerrno>

namespace sallyport::tunnel {

namespace {

constexpr std::size_t most_waiting = 4 << 20;  // bytes

}  // namespace

UdpSockets::Port::Port(sys::UdpSocket own, bool merges)
    : socket(std::move(own)), outbox(socket, merges), waiting(most_waiting) {}

Result<UdpSockets> UdpSockets::from(std::vector<Descriptor> descriptors, bool merges) {
  UdpSockets made;
  made.merges_arriving_ = merges;
  for (auto& descriptor : descriptors) {
    auto socket = TRY(sys::UdpSocket::from(std::move(descriptor)));
    made.merges_arriving_ = merges && sys::merge_arriving(socket) && made.merges_arriving_;
    made.ports_.push_back(std::make_unique<Port>(std::move(socket), merges));
  }
  return made;
}

bool UdpSockets::merges_leaving() const {
  return std::ranges::all_of(ports_, [](const auto& port) { return port->outbox.merges(); });
}

UdpSockets::Outcome UdpSockets::send(ByteView datagram, const UdpRoute& route) const {
  const int error = ports_[route.socket]->socket.send(datagram, route.path);
  if (error == 0) return Outcome::sent;
  return error == EMSGSIZE ? Outcome::too_long : Outcome::refused;
}

}  // namespace sallyport::tunnel
