#include "tunnel/counters.hpp"

namespace sallyport::tunnel {

std::string_view name_of(Drop reason) {
  constexpr std::array<std::string_view, drop_reasons> names{"not_ip",     "bad_source", "no_session",
                                                             "too_big",    "queue_full", "tun_full",
                                                             "udp_failed", "stray",      "bad_record"};
  return names[static_cast<std::size_t>(reason)];
}

void add(Drops& to, const Drops& more) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += more[i];
}

void Counters::add(const Counters& other) {
  rx_packets += other.rx_packets;
  rx_bytes += other.rx_bytes;
  tx_packets += other.tx_packets;
  tx_bytes += other.tx_bytes;
  tunnel::add(dropped, other.dropped);
}

}  // namespace sallyport::tunnel
