#include "client/dtls.hpp"

#include <algorithm>

#include "client/network_settings.hpp"
#include "client/terminal_text.hpp"
#include "tunnel/dtls_keys.hpp"

namespace sallyport::client {

namespace {

using flow::FieldName;
using flow::Phase;
using flow::Step;

}  // namespace

proto::DtlsOffer dtls_offer(const ConnectOptions& options) {
  if (options.no_dtls) return {};
  proto::DtlsOffer wished{options.dtls_ciphers, options.dtls12_ciphers};
  return wished == proto::DtlsOffer() ? proto::default_dtls_offer(options.allow_insecure_crypto) : wished;
}

Result<tunnel::DtlsSettings> dtls_settings(const proto::ConnectReply& reply,
                                           const proto::ConnectRequest& request,
                                           const tls::Connection& connection, const Address& gateway,
                                           const ConnectOptions& options) {
  const auto terms = TRY(proto::dtls_terms(reply, request.dtls_offer()));
  tunnel::DtlsSettings settings;
  settings.keys = TRY(tunnel::dtls_keys(terms, request.master_secret, connection));
  settings.mtu = std::min<std::uint16_t>(interface_mtu(reply, options), proto::max_cstp_payload);
  settings.liveness = proto::Keepalive::Rule::client(reply.dtls_dpd, reply.dtls_keepalive).for_datagrams();
  settings.paced = reply.server_name != proto::own_server_name;
  settings.gateway = Endpoint{gateway, terms.port};
  if (proto::dtls_rekey(reply.dtls_rekey_method) != proto::RekeyAction::none) {
    settings.rekey_every = reply.dtls_rekey_time;
  }
  if (options.dtls_hellos > 0) settings.hellos = options.dtls_hellos;
  return settings;
}

void start_dtls(Result<tunnel::DtlsSettings> settings, const Attempt& attempt) {
  if (attempt.options.no_dtls) return;
  if (!settings) {
    attempt.console.complain("no DTLS, all data goes over TLS: " + terminal_line(settings.error().text));
    return;
  }
  if (settings->hellos != proto::DtlsBackoff::all_hellos) {
    attempt.console.say("for the demonstration DTLS is given up after " + std::to_string(settings->hellos) +
                        " hellos instead of " + std::to_string(proto::DtlsBackoff::all_hellos));
  }
  attempt.record(Attempt::event(Phase::dtls, Step::sent, flow::Direction::to_peer)
                     .with(FieldName::message, "ClientHello")
                     .with(FieldName::peer, settings->gateway->to_text()));
  attempt.tunnel.post(tunnel::OfferDtls{attempt.tunnel.id(), std::move(*settings)});
}

}  // namespace sallyport::client
