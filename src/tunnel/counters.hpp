// What a tunnel carried, and what it dropped and why. A packet is never an error.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sallyport::tunnel {

enum class Drop : std::uint8_t {
  not_ip,      // neither IPv4 nor IPv6, or contradictory lengths
  bad_source,  // from the peer, with an inner source that is not its own
  no_session,  // from the TUN, for nobody
  too_big,     // above the peer's MTU, not to be cut
  queue_full,  // the peer takes its packets too slowly
  tun_full,    // the kernel took no more
  udp_failed,  // the kernel took no datagram: blocked, no route, or too many at once
  stray,       // a datagram that belongs to no association
  bad_record,  // a DTLS record that is forged, repeated or too late
};
inline constexpr std::size_t drop_reasons = 9;
std::string_view name_of(Drop reason);
using Drops = std::array<std::uint64_t, drop_reasons>;  // packets, by reason
void add(Drops& to, const Drops& more);

struct Counters {
  std::uint64_t rx_packets = 0;  // from the peer
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;  // to the peer
  std::uint64_t tx_bytes = 0;
  Drops dropped{};

  void drop(Drop reason, std::uint64_t packets = 1) { dropped[static_cast<std::size_t>(reason)] += packets; }
  void add(const Counters& other);
};

}  // namespace sallyport::tunnel
