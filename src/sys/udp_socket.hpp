// An unconnected UDP socket that talks to many peers (phase 6). At the gateway it answers from the address
// that was written to, which a host with several would not do by itself.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/descriptor.hpp"
#include "base/ip.hpp"

namespace sallyport::sys {

struct UdpPath {
  Endpoint peer;
  std::optional<Address> local;  // our address on this path; nothing: the kernel chooses
  bool operator==(const UdpPath&) const = default;
};

// A client's socket: of the family of whom it will talk to, from `port` (0: any, chosen with the first
// datagram). Its datagrams are never cut into fragments: one that is longer than the path takes is EMSGSIZE,
// as far as the path is known. A gateway's socket is listen_udp()'s, whose datagrams are.
Result<Descriptor> open_udp(Address::Family family, std::uint16_t port);

// Buffers for many merged datagrams at once on the way in, and for few on the way out, so that what waits
// waits in fair queues. With CAP_NET_ADMIN beyond the system's limit (net.core.rmem_max), else up to it.
void set_buffers(int socket);

class UdpSocket {
 public:
  static Result<UdpSocket> from(Descriptor descriptor);

  int number() const { return descriptor_.number(); }
  bool is_ipv6() const { return ipv6_; }

  struct Datagram {
    MutableByteView bytes;  // of the buffer; one that did not fit is cut
    UdpPath path;
  };
  // Nothing: none is waiting. Errors that others caused (ICMP) are passed over.
  std::optional<Datagram> receive(MutableByteView buffer);
  // The next datagram leaves from another port, unless one was named. What comes to the old one is lost.
  void change_port();
  // How much of what was sent is still in the kernel, with what it adds. 0 where it does not tell.
  std::size_t held() const;
  void limit_held(std::size_t bytes) const;  // about twice as many, from now on
  // 0, or errno. Blocked ports and lost routes show here.
  int send(ByteView datagram, const UdpPath& path) const;

 private:
  UdpSocket(Descriptor descriptor, bool ipv6) : descriptor_(std::move(descriptor)), ipv6_(ipv6) {}

  Descriptor descriptor_;
  bool ipv6_;
};

}  // namespace sallyport::sys
