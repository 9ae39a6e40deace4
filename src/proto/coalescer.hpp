// Packets on their way to the kernel, one flow's merged into a super-packet (GRO in reverse to Segments): one
// write in place of many. The order never changes: one super-packet is held, and whatever does not fit behind
// it has to wait until it has been taken.
//
// Merged are TCP segments that differ in nothing but sequence number, length, PSH and IPv4 id, each as long
// as the first but the last, and UDP datagrams of one length but the last. Not: fragments, IPv4 options, IPv6
// extension headers, other TCP flags than ACK and PSH, whatever has a wrong checksum or none.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "proto/inner_packet.hpp"
#include "proto/vnet_header.hpp"

namespace sallyport::proto {

class Coalescer {
 public:
  Coalescer();

  // What the kernel takes merged.
  void merge(bool tcp, bool udp) {
    merges_tcp_ = tcp;
    merges_udp_ = udp;
  }

  // False: it does not fit behind what is held, which is to be taken first. The bytes are not copied: they
  // must stay until then. What is held first may be changed.
  bool add(MutableByteView packet, const InnerPacket& inner);
  bool empty() const { return taken_ || parts_.empty(); }

  struct Taken {
    VnetHeader header;
    std::span<const MutableByteView> parts;  // the first packet, then payloads; valid until the next call
    std::size_t packets = 0;
  };
  Taken take();  // what is held; not while empty

 private:
  enum class Kind : std::uint8_t { alone, tcp, udp };

  void begin(MutableByteView packet, const InnerPacket& inner);
  bool join(MutableByteView packet, const InnerPacket& inner);
  bool fits(ByteView packet, const InnerPacket& inner) const;
  VnetHeader finish();

  std::vector<MutableByteView> parts_;
  bool taken_ = false;
  InnerPacket inner_;  // the first packet's
  Kind kind_ = Kind::alone;
  std::size_t header_size_ = 0;
  std::size_t segment_size_ = 0;
  std::size_t size_ = 0;  // of all
  std::uint32_t next_sequence_ = 0;
  std::uint16_t next_id_ = 0;
  bool closed_ = false;        // nothing fits behind it
  bool pushed_ = false;        // the last one's PSH
  std::optional<bool> right_;  // the first one's checksums, once they were looked at
  bool merges_tcp_ = true;
  bool merges_udp_ = true;
};

}  // namespace sallyport::proto
