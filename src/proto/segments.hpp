// A packet as the kernel gives it to us through a TUN interface with offloads, cut into what goes over the
// wire: a super-packet of TCP or UDP (TSO, USO) into its segments, a packet whose checksum is not finished
// into itself. In place, without allocation: each segment's header is written over the end of the one before,
// which must have been used up by then.
#pragma once

#include <optional>

#include "proto/inner_packet.hpp"
#include "proto/vnet_header.hpp"

namespace sallyport::proto {

class Segments {
 public:
  // `packet` stays the caller's and may move between calls only with move_to(). Nothing: the header
  // contradicts the packet, or asks for what was not offered.
  static std::optional<Segments> of(MutableByteView packet, const InnerPacket& inner,
                                    const VnetHeader& header);

  std::size_t left() const { return left_; }
  std::size_t largest() const { return largest_; }  // with its headers
  // The next segment, whole and right; valid until the following call. `left` must not be 0.
  MutableByteView next();
  void skip();  // the next one is not sent

 private:
  static constexpr std::size_t most_header = 256;
  enum class Kind : std::uint8_t { single, tcp, udp };

  void begin(MutableByteView packet);
  void write_header(MutableByteView segment, bool last);

  MutableByteView rest_;  // payload that has not been given; `single`: the packet
  std::array<std::uint8_t, most_header> header_{};
  std::size_t header_size_ = 0;  // network and transport
  std::size_t transport_at_ = 0;
  std::size_t segment_size_ = 0;
  std::size_t left_ = 1;
  std::size_t largest_ = 0;
  std::uint32_t addresses_ = 0;  // their share of the pseudo header's sum
  std::uint32_t sequence_ = 0;   // TCP
  std::uint16_t id_ = 0;         // IPv4
  Kind kind_ = Kind::single;
  bool v4_ = true;
  bool first_ = true;
};

}  // namespace sallyport::proto
