// Inner packets that are larger than their session's MTU (phase 6): the ICMP message that tells the sender,
// and IPv4 fragments where the sender allows them. These allocate: the caller limits the messages' rate, and
// senders that find out the path's MTU need no fragments.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/ip.hpp"

namespace sallyport::proto {

// ICMP "fragmentation needed" (RFC 792, RFC 1191) or ICMPv6 "packet too big" (RFC 4443 section 3.2) from the
// address `from` to the packet's sender. Nothing where none may be sent: to ICMP errors, for later fragments,
// to multicast (IPv4: nor about it), from the wrong family, for IPv4 without DF.
std::optional<Bytes> too_big_reply(ByteView packet, const Address& from, std::uint16_t mtu);

// The packet in fragments of at most `mtu` bytes (RFC 791 section 3.2). Empty: not IPv4, DF set, or an MTU
// without room for payload.
std::vector<Bytes> fragment_ipv4(ByteView packet, std::uint16_t mtu);

}  // namespace sallyport::proto
