#include "client/connect.hpp"

#include <array>

#include <unistd.h>

#include "base/text.hpp"
#include "client/dtls.hpp"
#include "client/network_settings.hpp"
#include "client/terminal_text.hpp"
#include "proto/connect_request.hpp"
#include "proto/lifetimes.hpp"
#include "proto/mtu.hpp"
#include "sys/path_mtu.hpp"
#include "sys/udp_socket.hpp"
#include "tls/random.hpp"

namespace sallyport::client {

namespace {

using flow::Direction;
using flow::FieldName;
using flow::Phase;
using flow::Step;

std::string own_hostname(const ConnectOptions& options) {
  if (!options.local_hostname.empty()) return options.local_hostname;
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

void offer_dtls(proto::ConnectRequest& request, const ConnectOptions& options) {
  auto offer = dtls_offer(options);
  if (offer == proto::DtlsOffer()) return;
  request.dtls_suites = std::move(offer.dtls);
  request.dtls12_suites = std::move(offer.dtls12);
  request.master_secret = or_throw(tls::random_secret(proto::dtls_master_secret_size));
}

proto::ConnectRequest request_for(HttpSession& session, const Admission& admission,
                                  const ConnectOptions& options) {
  const auto& connection = session.connection();
  proto::Link link;
  link.family = connection.gateway.address.family();
  link.path_mtu = options.base_mtu > 0 ? options.base_mtu : sys::path_mtu(connection.stream->number());
  proto::ConnectRequest request;
  request.host = session.url().authority();
  request.user_agent = session.user_agent();
  request.token = admission.token;
  request.hostname = own_hostname(options);
  request.protocol = proto::cstp_protocol;
  request.base_mtu = static_cast<std::uint16_t>(proto::link_mtu(link));
  request.mtu = options.mtu > 0 ? options.mtu : proto::wished_mtu(link);
  request.families = {.ipv4 = true, .ipv6 = !options.disable_ipv6};
  request.full_ipv6 = !options.disable_ipv6;
  offer_dtls(request, options);
  if (options.platform == "apple-ios" || options.platform == "android") request.platform = options.platform;
  return request;
}

net::Task<HttpSession::Exchanged> ask_for_tunnel(HttpSession& session, const proto::ConnectRequest& wishes,
                                                 const Attempt& attempt) {
  proto::HttpRequest request;
  request.method = "CONNECT";
  request.target = proto::connect_target;
  request.headers.add(wishes.serialize());
  attempt.record(Attempt::event(Phase::connect, Step::sent, Direction::to_peer)
                     .with(FieldName::message, request.method));
  auto exchanged = co_await session.exchange(std::move(request));
  const auto& reply = exchanged.reply;
  attempt.record(Attempt::event(Phase::connect, Step::received, Direction::from_peer)
                     .with(FieldName::status, reply.status));
  if (reply.status == 401) {
    // The login has just given it. ocserv says no more than "Cookie is not acceptable" in this case.
    throw Ended(ExitCode::login_failed,
                {ErrorKind::denied, "the gateway rejected the new session token: " + describe(reply) +
                                        "; perhaps the user has too many sessions"});
  }
  if (reply.status != 200) {
    throw Failure({ErrorKind::unavailable, "the gateway refused the tunnel: " + describe(reply)});
  }
  co_return exchanged;
}

// The gateway's side and the machine's side of a tunnel, ready for packets.
struct Prepared {
  Agreement agreement;
  Result<tunnel::DtlsSettings> dtls;
  Descriptor udp;
  proto::HostSettings settings;
  HostInterface interface;
};

// What phase 6 needs. Where it can't be, the interface must not wait for it with the MTU of DTLS.
void prepare_dtls(Prepared& prepared, const Connected& connected, const proto::ConnectRequest& request,
                  const ConnectOptions& options) {
  auto& reply = prepared.agreement.reply;
  const auto& gateway = connected.gateway.address;
  prepared.dtls = dtls_settings(reply, request, connected.stream->connection(), gateway, options);
  if (prepared.dtls) {
    auto socket = sys::open_udp(gateway.family(), options.dtls_local_port);
    if (socket) {
      prepared.udp = std::move(*socket);
    } else {
      prepared.dtls = tl::unexpected(std::move(socket).error());
    }
  }
  if (!prepared.dtls && reply.mtu > 0) reply.dtls_mtu = 0;
}

// The headers that phase 6 is about. Who knows a session's id may disturb its handshakes.
void show_dtls_headers(const proto::HeaderList& headers, const Console& console) {
  if (!console.verbose()) return;
  constexpr std::size_t shown_of_id = 8;
  for (const auto& [name, value] : headers) {
    if (!starts_with_ignoring_case(name, "X-DTLS")) continue;
    const bool is_id = is_dtls_id(name);
    console.say("5   " + terminal_line(name + ": " + (is_id ? value.substr(0, shown_of_id) + "…" : value)));
  }
}

void record_finished(const Prepared& prepared, const Attempt& attempt) {
  const auto& reply = prepared.agreement.reply;
  const auto& settings = prepared.settings;
  auto event = Attempt::event(Phase::connect, Step::finished);
  if (settings.ipv4) event.with(FieldName::ipv4, settings.ipv4->address().to_text());
  if (settings.ipv6) event.with(FieldName::ipv6, settings.ipv6->address().to_text());
  event.with(FieldName::cstp_mtu, reply.mtu);
  if (reply.dtls_mtu > 0) event.with(FieldName::dtls_mtu, reply.dtls_mtu);
  event.with(FieldName::mtu, settings.mtu).with(FieldName::interface, prepared.interface.name);
  attempt.record(event);
}

net::Task<Prepared> prepare(const proto::HttpReply& answer, const Connected& connected,
                            const proto::ConnectRequest& request, const Admission& admission,
                            const Attempt& attempt) {
  Prepared prepared;
  auto& agreement = prepared.agreement;
  agreement.headers = answer.headers.list();
  agreement.reply = or_throw(proto::ConnectReply::parse(agreement.headers));
  agreement.gateway = connected.gateway.address;
  agreement.banner = admission.complete.banner.filled();
  prepare_dtls(prepared, connected, request, attempt.options);
  const auto mtu = interface_mtu(agreement.reply, attempt.options);
  prepared.settings = or_throw(network_settings(agreement, mtu, attempt.options));
  show_dtls_headers(agreement.headers, attempt.console);
  if (agreement.banner.empty()) attempt.console.quote(prepared.settings.banner);
  prepared.interface = co_await attempt.front.configure(prepared.settings);
  record_finished(prepared, attempt);
  co_return prepared;
}

tunnel::TunnelSettings tunnel_settings(const proto::ConnectReply& reply, std::uint16_t mtu,
                                       const tls::Connection& tls) {
  tunnel::TunnelSettings settings;
  settings.id = only_tunnel;
  for (const auto* everything : {"0.0.0.0/0", "::/0"}) {
    settings.addresses.push_back(or_throw(Prefix::parse(everything)));
  }
  settings.mtu = mtu;
  settings.liveness = proto::Keepalive::Rule::client(reply.dpd, reply.keepalive);
  const proto::TlsFacts facts{tls.version() == "TLSv1.3", tls.secure_renegotiation()};
  settings.rekey = {proto::tls_rekey(reply.rekey_method, facts), reply.rekey_time};
  return settings;
}

// The gateway has opened the tunnel, but this machine can't: the session need not wait for us.
net::Task<void> give_up(Connected& connected) {
  const auto goodbye =
      proto::cstp_disconnect({proto::disconnect_reason::local_error, "the machine could not be set up"});
  try {
    connected.stream->expires_after(std::chrono::seconds(2));
    co_await connected.stream->write(goodbye);
    co_await connected.stream->close();
  } catch (const Failure&) {  // it may be gone already
  }
}

}  // namespace

net::Task<Opened> connect(HttpSession& session, const Admission& admission, const Attempt& attempt) {
  co_await session.open();
  const auto request = request_for(session, admission, attempt.options);
  auto exchanged = co_await ask_for_tunnel(session, request, attempt);
  attempt.front.listen([&tunnel = attempt.tunnel](proto::UserWish wish) { tunnel.put(wish); });
  auto connected = session.take_connection();
  std::optional<Prepared> prepared;
  std::optional<Failure> failed;
  try {
    auto ready = co_await prepare(exchanged.reply, connected, request, admission, attempt);
    prepared = std::move(ready);
  } catch (const Failure& failure) {
    failed = failure;
  }
  if (failed) {
    co_await give_up(connected);
    throw *failed;
  }
  const auto& tls = connected.stream->connection();
  const auto& settings = prepared->settings;
  Opened opened{{settings.ipv4, settings.ipv6, tls.version(), tls.cipher(), prepared->dtls.has_value()},
                std::move(prepared->agreement),
                settings.mtu,
                std::move(prepared->dtls)};
  auto agreed = tunnel_settings(opened.agreement.reply, settings.mtu, tls);
  auto [socket, connection] = connected.stream->release();
  tunnel::Attach attach{std::move(agreed), nullptr, std::move(socket), std::move(connection),
                        std::move(exchanged.rest)};
  or_throw(
      attempt.tunnel.start(std::move(prepared->interface.tun), std::move(prepared->udp), std::move(attach)));
  // The worker takes its commands in order: when it answers this one, it carries the tunnel's data.
  attempt.tunnel.post(tunnel::AskTotals{});
  co_return opened;
}

}  // namespace sallyport::client
