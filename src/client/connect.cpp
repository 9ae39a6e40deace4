#include "client/connect.hpp"

#include <array>

#include <unistd.h>

#include "client/network_settings.hpp"
#include "proto/connect_request.hpp"
#include "proto/lifetimes.hpp"
#include "proto/mtu.hpp"
#include "sys/path_mtu.hpp"

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
  if (options.platform == "apple-ios" || options.platform == "android") request.platform = options.platform;
  return request;
}

net::Task<HttpSession::Exchanged> ask_for_tunnel(HttpSession& session, const Admission& admission,
                                                 const Attempt& attempt) {
  co_await session.open();
  proto::HttpRequest request;
  request.method = "CONNECT";
  request.target = proto::connect_target;
  request.headers.add(request_for(session, admission, attempt.options).serialize());
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
  proto::ConnectReply reply;
  proto::HostSettings settings;
  HostInterface interface;
};

void record_finished(const Prepared& prepared, const Attempt& attempt) {
  const auto& [reply, settings, interface] = prepared;
  auto event = Attempt::event(Phase::connect, Step::finished);
  if (settings.ipv4) event.with(FieldName::ipv4, settings.ipv4->address().to_text());
  if (settings.ipv6) event.with(FieldName::ipv6, settings.ipv6->address().to_text());
  event.with(FieldName::cstp_mtu, reply.mtu);
  if (reply.dtls_mtu > 0) event.with(FieldName::dtls_mtu, reply.dtls_mtu);
  event.with(FieldName::mtu, settings.mtu).with(FieldName::interface, interface.name);
  attempt.record(event);
}

net::Task<Prepared> prepare(const proto::HttpReply& answer, const Address& gateway,
                            const Admission& admission, const Attempt& attempt) {
  const auto& headers = answer.headers.list();
  const auto banner = admission.complete.banner.filled();
  Prepared prepared;
  prepared.reply = or_throw(proto::ConnectReply::parse(headers));
  prepared.settings = or_throw(network_settings(prepared.reply, headers, gateway, banner, attempt.options));
  if (banner.empty()) attempt.console.quote(prepared.settings.banner);
  prepared.interface = co_await attempt.front.configure(prepared.settings);
  record_finished(prepared, attempt);
  co_return prepared;
}

tunnel::TunnelSettings tunnel_settings(const proto::ConnectReply& reply, std::uint16_t mtu) {
  tunnel::TunnelSettings settings;
  settings.id = only_tunnel;
  for (const auto* everything : {"0.0.0.0/0", "::/0"}) {
    settings.addresses.push_back(or_throw(Prefix::parse(everything)));
  }
  settings.mtu = mtu;
  settings.liveness = proto::Keepalive::Rule::client(reply.dpd, reply.keepalive);
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

net::Task<TunnelFacts> connect(HttpSession& session, const Admission& admission, const Attempt& attempt) {
  auto exchanged = co_await ask_for_tunnel(session, admission, attempt);
  attempt.front.listen([&tunnel = attempt.tunnel](proto::UserWish wish) { tunnel.put(wish); });
  auto connected = session.take_connection();
  std::optional<Prepared> prepared;
  std::optional<Failure> failed;
  try {
    auto ready = co_await prepare(exchanged.reply, connected.gateway.address, admission, attempt);
    prepared = std::move(ready);
  } catch (const Failure& failure) {
    failed = failure;
  }
  if (failed) {
    co_await give_up(connected);
    throw *failed;
  }
  const auto& tls = connected.stream->connection();
  const TunnelFacts facts{prepared->settings.ipv4, prepared->settings.ipv6, tls.version(), tls.cipher()};
  auto [socket, connection] = connected.stream->release();
  tunnel::Attach attach{tunnel_settings(prepared->reply, prepared->settings.mtu), nullptr, std::move(socket),
                        std::move(connection), std::move(exchanged.rest)};
  or_throw(attempt.tunnel.start(std::move(prepared->interface.tun), std::move(attach)));
  co_return facts;
}

}  // namespace sallyport::client
