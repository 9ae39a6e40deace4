// What the kernel leaves to the owner of a TUN interface, and takes from him.
#pragma once

#include <cstdint>

namespace sallyport {

enum class TunOffload : std::uint8_t {
  none,         // one packet at a time, without a vnet header
  tcp,          // checksums and TCP super-packets
  tcp_and_udp,  // ... and UDP's: Linux 6.2 and later
};
constexpr TunOffload last_of(TunOffload) {
  return TunOffload::tcp_and_udp;
}

}  // namespace sallyport
