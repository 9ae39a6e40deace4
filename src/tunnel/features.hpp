// What a worker's data path makes use of: what its start found, less what has failed since.
#pragma once

#include <algorithm>

#include "base/tun_offload.hpp"
#include "tls/aead.hpp"

namespace sallyport::tunnel {

struct Features {
  tls::AeadLibrary crypto = tls::preferred_aead_library();  // of DTLS records
  TunOffload tun_offload = TunOffload::tcp_and_udp;         // super-packets from the kernel
  bool coalesce_tcp = true;                                 // ... and to it
  bool coalesce_udp = true;
  bool udp_gso = true;  // merged datagrams to the peers; false without UDP
  bool udp_gro = true;  // ... and from them
  bool operator==(const Features&) const = default;

  // Only what both have.
  void limit_to(const Features& other) {
    tun_offload = std::min(tun_offload, other.tun_offload);
    coalesce_tcp &= other.coalesce_tcp;
    coalesce_udp &= other.coalesce_udp;
    udp_gso &= other.udp_gso;
    udp_gro &= other.udp_gro;
  }
};

}  // namespace sallyport::tunnel
