// Packets of peers on their way to the kernel: those of one flow that follow each other leave as one
// super-packet. What was given stays where it is until flush(), at the end of each batch.
#pragma once

#include "proto/coalescer.hpp"
#include "tunnel/tun_queue.hpp"

namespace sallyport::tunnel {

struct Tunnel;

class TunWriter {
 public:
  TunWriter(TunQueue& tun, bool merges_udp);

  // Counted as the tunnel's once the kernel has it. The tunnel stays until flush().
  void give(Tunnel& tunnel, MutableByteView packet, const proto::InnerPacket& inner, proto::Time now);
  void flush(proto::Time now);

  bool merges_tcp() const { return merges_tcp_; }
  bool merges_udp() const { return merges_udp_; }

 private:
  std::optional<Drop> write(const proto::Coalescer::Taken& taken, proto::Time now);
  std::optional<Drop> write_cut(const proto::Coalescer::Taken& taken, proto::Time now);

  TunQueue& tun_;
  proto::Coalescer coalescer_;
  Tunnel* tunnel_ = nullptr;  // of what is held
  std::size_t bytes_ = 0;     // ... inner bytes, as they came
  bool merges_tcp_;
  bool merges_udp_;
};

}  // namespace sallyport::tunnel
