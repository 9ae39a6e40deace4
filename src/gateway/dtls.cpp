#include "gateway/dtls.hpp"

#include <algorithm>

#include "tls/random.hpp"
#include "tunnel/dtls_keys.hpp"

namespace sallyport::gateway {

namespace {

// The first byte of the id that a hello carries is the number of the session's worker, so that any worker
// can pass the hello on. There is one so far.
constexpr std::uint8_t worker = 0;

std::optional<std::uint16_t> udp_port_at(const proto::DtlsSettings& dtls, const Address& local) {
  const auto reaches = [&local](const Endpoint& listener) {
    const bool any = listener.address == Address::v6({}) || (local.is_v4() && listener.address == Address());
    return any || listener.address == local;
  };
  const auto found = std::ranges::find_if(dtls.listeners, reaches);
  return found == dtls.listeners.end() ? std::nullopt : std::optional(found->port);
}

}  // namespace

Result<std::optional<proto::DtlsTerms>> choose_dtls(const proto::ConnectRequest& request,
                                                    const proto::GatewaySettings& settings,
                                                    const Address& local) {
  const auto port = udp_port_at(settings.dtls, local);
  if (!port) return std::nullopt;
  auto ciphers = settings.dtls.ciphers;
  bool legacy = settings.tls.legacy;
  if (request.master_secret.empty()) {  // nothing to resume a session with
    std::erase_if(ciphers, [](const std::string& name) { return name != proto::psk_negotiate; });
    legacy = false;
  }
  const auto* suite = proto::choose_dtls_suite(request.dtls_offer(), ciphers, legacy);
  if (suite == nullptr) return std::nullopt;
  auto id = TRY(tls::random_bytes(proto::dtls_session_id_size));
  id.front() = worker;
  return proto::DtlsTerms{suite, *port, std::move(id)};
}

Result<tunnel::DtlsSettings> dtls_settings(const proto::DtlsTerms& terms,
                                           const proto::ConnectRequest& request,
                                           const tls::Connection& connection,
                                           const proto::ConnectReply& reply) {
  tunnel::DtlsSettings settings;
  settings.keys = TRY(tunnel::dtls_keys(terms, request.master_secret, connection));
  settings.mtu = reply.dtls_mtu;
  settings.liveness = proto::Keepalive::Rule::gateway(reply.dtls_dpd).for_datagrams();
  return settings;
}

}  // namespace sallyport::gateway
