// A TUN interface: the kernel's end of the tunnel, whole IP packets. With offloads each has a vnet header
// before it (proto/vnet_header.hpp), and may be a super-packet of up to 64 KB that is to be cut (TSO, USO).
// The interface goes away with its last descriptor.
#pragma once

#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "base/tun_offload.hpp"

namespace sallyport::sys {

struct TunOptions {
  std::string name;        // at most 15 characters; "%d" in it is the first free number; "": tun%d
  std::size_t queues = 1;  // 1 to 256
  bool offload = false;    // as far as the kernel can
};

struct Tun {
  std::string name;                // as the kernel chose it
  std::vector<Descriptor> queues;  // non-blocking, close-on-exec
  TunOffload offload = TunOffload::none;
};

// Makes a new interface, which is down and without address. conflict: the name is taken; denied: not root;
// unavailable: the kernel has no TUN; malformed: no name for an interface.
Result<Tun> open_tun(const TunOptions& options);

}  // namespace sallyport::sys
