// Packets that wait for a socket, fairly: a queue for each flow, whose turns go round by bytes, new flows
// first, each kept short by CoDel (FQ-CoDel, RFC 8290). A super-packet is given segment by segment, and
// dropped so. Of one worker, for each UDP socket, and for each TLS connection that is full.
#pragma once

#include <array>
#include <list>
#include <memory>

#include "proto/segments.hpp"
#include "tunnel/buffer.hpp"
#include "tunnel/codel.hpp"
#include "tunnel/messages.hpp"

namespace sallyport::tunnel {

class FlowQueue {
 public:
  // Bytes before each segment that are the taker's to use.
  static constexpr std::size_t headroom = 16;
  // Flows behind one another for the fewest segments that are worth a system call.
  static constexpr std::ptrdiff_t quantum = 12 * 1500;

  explicit FlowQueue(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Takes a copy. False: it can't be cut.
  bool push(TunnelId tunnel, MutableByteView packet, const proto::InnerPacket& inner,
            const proto::VnetHeader& header, proto::Time now);

  struct Next {
    TunnelId tunnel;
    MutableByteView segment;  // valid until the following call
    bool dropped = false;     // it has waited too long
  };
  std::optional<Next> next(proto::Time now);

  // Packets that had to go because too many bytes waited; counted until asked for.
  struct Overflow {
    TunnelId tunnel;
    std::size_t packets = 0;
  };
  std::vector<Overflow> take_overflow() { return std::exchange(overflow_, {}); }

  bool empty() const { return active_ == 0; }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Packet {
    TunnelId tunnel;
    Buffer memory;
    proto::Segments segments;
    std::size_t segment = 0;  // bytes of each, about
    proto::Time queued;
  };
  struct Flow {
    std::list<Packet> packets;
    Codel codel;
    std::size_t bytes = 0;
    std::ptrdiff_t deficit = 0;
    bool listed = false;
  };

  Flow& flow_of(TunnelId tunnel, ByteView packet, const proto::InnerPacket& inner);
  Flow* current();
  void make_room();

  static constexpr std::size_t flows = 256;
  std::array<Flow, flows> flows_;
  std::list<Flow*> new_;
  std::list<Flow*> old_;
  std::list<Packet> done_;  // whose last segment was given
  std::vector<Overflow> overflow_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::size_t active_ = 0;  // packets
};

}  // namespace sallyport::tunnel
