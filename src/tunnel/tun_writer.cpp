#include "tunnel/tun_writer.hpp"

#include "base/log.hpp"
#include "proto/segments.hpp"
#include "tunnel/tunnel.hpp"

namespace sallyport::tunnel {

using proto::Coalescer;
using proto::VnetHeader;

TunWriter::TunWriter(TunQueue& tun, bool merges_udp)
    : tun_(tun), merges_tcp_(tun.has_vnet_header()), merges_udp_(tun.has_vnet_header() && merges_udp) {
  coalescer_.merge(merges_tcp_, merges_udp_);
}

void TunWriter::give(Tunnel& tunnel, MutableByteView packet, const proto::InnerPacket& inner,
                     proto::Time now) {
  if (tunnel_ != &tunnel || !coalescer_.add(packet, inner)) {
    flush(now);
    coalescer_.add(packet, inner);
    tunnel_ = &tunnel;
  }
  bytes_ += inner.size;
}

void TunWriter::flush(proto::Time now) {
  if (coalescer_.empty()) return;
  const auto taken = coalescer_.take();
  auto& counters = tunnel_->counters;
  if (const auto refused = write(taken, now)) {
    counters.drop(*refused, taken.packets);
  } else {
    counters.rx_packets += taken.packets;
    counters.rx_bytes += bytes_;
  }
  tunnel_ = nullptr;
  bytes_ = 0;
}

std::optional<Drop> TunWriter::write(const Coalescer::Taken& taken, proto::Time now) {
  const auto refused = tun_.write(taken.header, taken.parts, now);
  if (refused != Drop::not_ip || taken.packets == 1) return refused;
  // Some kernels refuse what is right: they get packets one by one from now on.
  const bool udp = taken.header.gso_type == VnetHeader::udp;
  log::warning(std::string("the tunnel interface takes no merged ") + (udp ? "UDP" : "TCP") +
               " packets: they go one by one");
  (udp ? merges_udp_ : merges_tcp_) = false;
  coalescer_.merge(merges_tcp_, merges_udp_);
  return write_cut(taken, now);
}

std::optional<Drop> TunWriter::write_cut(const Coalescer::Taken& taken, proto::Time now) {
  Bytes whole;
  for (const auto& part : taken.parts) whole.insert(whole.end(), part.begin(), part.end());
  const auto inner = proto::parse_inner_packet(whole);
  auto segments = inner ? proto::Segments::of(whole, *inner, taken.header) : std::nullopt;
  std::optional<Drop> refused;
  while (segments && segments->left() > 0) {
    if (const auto one = tun_.write(segments->next(), now)) refused = one;
  }
  return refused;
}

}  // namespace sallyport::tunnel
