#include "tunnel/tunnel.hpp"

#include <algorithm>

#include "tunnel/dtls_channel.hpp"
#include "tunnel/flow_queue.hpp"
#include "tunnel/routes.hpp"

namespace sallyport::tunnel {

namespace {

using namespace std::chrono_literals;

constexpr auto icmp_error_interval = 100ms;
constexpr int icmp_error_burst = 10;

}  // namespace

Tunnel::Tunnel(Attach attach, tls::OutputBuffers& buffers, proto::Time now)
    : settings(std::move(attach.settings)),
      channel(std::move(attach.library), std::move(attach.socket), std::move(attach.connection), buffers),
      renewal(settings.rekey, channel, now),
      liveness(settings.liveness, now),
      icmp_errors(icmp_error_interval, icmp_error_burst) {
  limit_packets(settings.mtu);
}

Tunnel::~Tunnel() = default;

void Tunnel::limit_packets(std::uint16_t mtu) {
  settings.mtu = static_cast<std::uint16_t>(std::min<std::size_t>(mtu, proto::max_cstp_payload));
}

bool Tunnel::may_send_from(const Address& source) const {
  return std::ranges::any_of(settings.addresses, [&](const Prefix& own) { return own.contains(source); });
}

}  // namespace sallyport::tunnel
