// Two questions about an inner packet that both directions ask.
#pragma once

#include "proto/inner_packet.hpp"

namespace sallyport::tunnel {

// Does it keep a session from being idle? Not what hosts exchange unasked (ocserv counts alike).
inline bool is_user_data(const proto::InnerPacket& inner) {
  constexpr std::uint8_t igmp = 2;
  return inner.protocol != proto::ip_protocol::icmp && inner.protocol != igmp &&
         inner.protocol != proto::ip_protocol::icmpv6;
}

// The only packets whose MSS is clamped. `packet` is the one that `inner` was parsed from.
inline bool is_tcp_syn(const proto::InnerPacket& inner, ByteView packet) {
  constexpr std::size_t flags_at = 13;
  constexpr std::uint8_t syn = 2;
  return inner.protocol == proto::ip_protocol::tcp && inner.is_first_fragment() &&
         inner.header_size + flags_at < inner.size && (packet[inner.header_size + flags_at] & syn) != 0;
}

}  // namespace sallyport::tunnel
