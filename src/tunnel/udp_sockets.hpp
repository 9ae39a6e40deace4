// The worker's UDP sockets: one for each address that a gateway listens on, a client's only one.
#pragma once

#include <vector>

#include "proto/time.hpp"
#include "sys/udp_socket.hpp"
#include "tunnel/counters.hpp"

namespace sallyport::tunnel {

struct UdpRoute {
  std::size_t socket = 0;
  sys::UdpPath path;
  bool operator==(const UdpRoute&) const = default;
};

class UdpSockets {
 public:
  static Result<UdpSockets> from(std::vector<Descriptor> descriptors);

  const std::vector<sys::UdpSocket>& all() const { return sockets_; }

  struct Datagram {
    MutableByteView bytes;  // valid until the next receive()
    UdpRoute route;
  };
  std::optional<Datagram> receive(std::size_t socket);
  void change_port(std::size_t socket) { sockets_[socket].change_port(); }
  // Whoever waits for an answer takes anything but `sent` for silence.
  enum class Outcome : std::uint8_t { sent, too_long, refused };
  Outcome send(ByteView datagram, const UdpRoute& route);

 private:
  explicit UdpSockets(std::vector<sys::UdpSocket> sockets) : sockets_(std::move(sockets)), buffer_(65536) {}

  std::vector<sys::UdpSocket> sockets_;
  Bytes buffer_;
};

}  // namespace sallyport::tunnel
