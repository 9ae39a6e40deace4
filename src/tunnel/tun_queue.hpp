// One queue of a TUN interface: packets as the kernel routes them in, and packets for it to route. With a
// vnet header a packet may be a super-packet of up to 64 KB, which is to be cut. An interface that fails is
// logged at most once a second, and never more than that.
#pragma once

#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/descriptor.hpp"
#include "proto/time.hpp"
#include "proto/vnet_header.hpp"
#include "tunnel/buffer.hpp"
#include "tunnel/counters.hpp"
#include "tunnel/rate_limit.hpp"

namespace sallyport::tunnel {

class TunQueue {
 public:
  static constexpr std::size_t headroom = 128;  // before each packet that was read, the reader's to use

  TunQueue(Descriptor descriptor, bool has_vnet_header);

  int number() const { return descriptor_.number(); }
  bool has_vnet_header() const { return has_vnet_header_; }

  struct Packet {
    MutableByteView bytes;  // empty: none is waiting; valid until the next read
    proto::VnetHeader header;
  };
  // Nothing: the interface fails, try again in a second.
  std::optional<Packet> read(proto::Time now);
  // One packet, or a super-packet in parts. Why it was not taken; nothing: it was.
  std::optional<Drop> write(ByteView packet, proto::Time now);
  std::optional<Drop> write(const proto::VnetHeader& header, std::span<const MutableByteView> parts,
                            proto::Time now);

 private:
  std::optional<Drop> judge(int error, proto::Time now);
  void complain(const char* what, int error, proto::Time now);

  Descriptor descriptor_;
  bool has_vnet_header_;
  Buffer buffer_;
  RateLimit complaints_;
};

}  // namespace sallyport::tunnel
