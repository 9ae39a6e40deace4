// The worker's UDP sockets: one for each address that a gateway listens on, a client's only one. Each with
// its outbox, and with the packets that wait because the socket is full.
#pragma once

#include <memory>
#include <vector>

#include "proto/time.hpp"
#include "tunnel/counters.hpp"
#include "tunnel/flow_queue.hpp"
#include "tunnel/outbox.hpp"

namespace sallyport::tunnel {

struct UdpRoute {
  std::size_t socket = 0;
  sys::UdpPath path;
  bool operator==(const UdpRoute&) const = default;
};

class UdpSockets {
 public:
  // `merges`: datagrams may be merged ones (UDP GSO and GRO), where the kernel can.
  static Result<UdpSockets> from(std::vector<Descriptor> descriptors, bool merges);

  std::size_t size() const { return ports_.size(); }
  int number(std::size_t socket) const { return ports_[socket]->socket.number(); }

  // What is waiting; valid until the next call.
  std::span<const sys::UdpReceiveBatch::Burst> receive(std::size_t socket) {
    return received_.receive(ports_[socket]->socket);
  }
  void change_port(std::size_t socket) { ports_[socket]->socket.change_port(); }
  // One datagram, at once. Whoever waits for an answer takes anything but `sent` for silence.
  enum class Outcome : std::uint8_t { sent, too_long, refused };
  Outcome send(ByteView datagram, const UdpRoute& route) const;

  Outbox& outbox(std::size_t socket) { return ports_[socket]->outbox; }
  FlowQueue& waiting(std::size_t socket) { return ports_[socket]->waiting; }
  bool merges_arriving() const { return merges_arriving_; }
  bool merges_leaving() const;  // at all sockets

 private:
  struct Port {
    Port(sys::UdpSocket own, bool merges);
    sys::UdpSocket socket;
    Outbox outbox;
    FlowQueue waiting;
  };
  UdpSockets() = default;

  std::vector<std::unique_ptr<Port>> ports_;
  sys::UdpReceiveBatch received_;
  bool merges_arriving_ = false;
};

}  // namespace sallyport::tunnel
