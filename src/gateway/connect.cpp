#include "gateway/connect.hpp"

#include <chrono>

#include "base/log.hpp"
#include "gateway/connect_terms.hpp"
#include "gateway/dtls.hpp"
#include "gateway/live_session.hpp"
#include "gateway/replies.hpp"
#include "gateway/tunnels.hpp"
#include "proto/mtu.hpp"
#include "proto/url.hpp"
#include "sys/path_mtu.hpp"
#include "tunnel/tls_renewal.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

constexpr seconds reply_limit{30};
constexpr std::uint32_t this_node = 0;

proto::HttpReply bad_token() {
  return refusal(401, "Unauthorized", "Cookie is not acceptable");
}

ConnectFacts facts_of(const Caller& caller, const proto::ConnectRequest& request,
                      const store::Session& session, net::TlsStream& stream) {
  ConnectFacts facts;
  const auto family = caller.peer.address.family();
  facts.link = {.path_mtu = sys::path_mtu(stream.number()), .family = family};
  const auto& tls = stream.connection();
  facts.tls = tunnel::tls_facts(tls);
  facts.tls_record = proto::tls_record_cost(facts.tls.tls13, tls.cipher());
  facts.mtu_limit = caller.settings->mtu_limit;
  if (const auto* pool = caller.host().pool(store::policy_of(session).address_pool)) facts.pool = *pool;
  facts.certificate_hash = caller.certificate_hash;
  facts.now = caller.services.clock.now();
  const auto local = or_throw(sys::local_address(stream.number()));
  facts.dtls = or_throw(choose_dtls(request, *caller.settings, local));
  return facts;
}

void log_ignored(const Caller& caller, const proto::ConnectRequest& request) {
  if (request.ignored.empty()) return;
  std::string names;
  for (const auto& name : request.ignored) names += (names.empty() ? "" : ",") + name;
  log::info("headers of a CONNECT make no sense and are ignored",
            {caller.log_attempt(), {"peer", caller.peer.to_text()}, {"headers", names}});
}

// Everything that must be durable before the client hears of it: its addresses, and that this connection is
// the session's tunnel from now on.
net::Task<Result<store::Session>> save(const Caller& caller, const proto::ConnectRequest& request,
                                       const ConnectFacts& facts, store::SessionId id) {
  auto& sessions = caller.services.sessions;
  const bool ipv4 = request.families.ipv4;
  const auto leased = co_await sessions.lease(id, facts.pool, ipv4, wants_ipv6(request, facts));
  if (!leased) co_return leased;
  if (!leased->ipv4 && !leased->ipv6) {
    co_return fail(ErrorKind::unavailable,
                   "the address pool has no address of a family that the client asks for");
  }
  auto claimed =
      co_await sessions.claim(id, {this_node, facts.now, caller.peer, request.user_agent, request.hostname});
  if (!claimed) co_return tl::unexpected(claimed.error());
  if (!*claimed) co_return fail(ErrorKind::conflict, "the session has just ended");
  co_return std::move(**claimed);
}

// Clients set their interface up for DTLS, and keep it so while data goes over TLS.
tunnel::TunnelSettings tunnel_settings(const store::Session& session, const proto::ConnectReply& reply,
                                       proto::TlsFacts tls) {
  tunnel::TunnelSettings settings;
  settings.id = {session.id, session.generation};
  for (const auto& address : {session.ipv4, session.ipv6}) {
    if (address) settings.addresses.push_back(Prefix::host(*address));
  }
  settings.mtu = std::max(reply.mtu, reply.dtls_mtu);
  settings.liveness = proto::Keepalive::Rule::gateway(store::policy_of(session).dpd);
  settings.rekey = {proto::tls_rekey(reply.rekey_method, tls), reply.rekey_time};
  return settings;
}

// A CONNECT that will be answered with 200.
struct Opening {
  proto::ConnectReply reply;
  tunnel::TunnelSettings tunnel;
  std::optional<tunnel::DtlsSettings> dtls;
  proto::UserAgent agent = proto::UserAgent::unknown;
  std::chrono::milliseconds idle{0};  // so far, over the session's earlier tunnels
  std::chrono::seconds idle_timeout{0};
  std::optional<store::WallTime> expires_at;
};

void record(const Caller& caller, const store::Session& session, const Opening& opening) {
  const auto& reply = opening.reply;
  using flow::FieldName;
  auto event = caller.event(flow::Phase::connect, flow::Step::finished);
  event.with(FieldName::session, static_cast<std::int64_t>(session.id)).with(FieldName::user, session.user);
  if (session.ipv4) event.with(FieldName::ipv4, session.ipv4->to_text());
  if (session.ipv6) event.with(FieldName::ipv6, session.ipv6->to_text());
  event.with(FieldName::cstp_mtu, std::int64_t{reply.mtu});
  event.with(FieldName::dtls_mtu, std::int64_t{reply.dtls_mtu});
  const auto suite = reply.dtls12_suite.empty() ? reply.dtls_suite : reply.dtls12_suite;
  if (!suite.empty()) event.with(FieldName::suite, suite);
  caller.flow.record(event);
  log::notice("tunnel open", {caller.log_attempt(),
                              {"user", session.user},
                              {"session", static_cast<std::int64_t>(session.id)},
                              {"peer", caller.peer.to_text()},
                              {"ipv4", session.ipv4 ? session.ipv4->to_text() : "-"},
                              {"ipv6", session.ipv6 ? session.ipv6->to_text() : "-"},
                              {"mtu", std::int64_t{opening.tunnel.mtu}},
                              {"dtls", suite}});
}

// The client has another address than at its CONNECT before.
void record_roaming(const Caller& caller, const store::Session& before) {
  if (before.generation == 0 || before.remote.address == caller.peer.address) return;
  caller.flow.record(caller.event(flow::Phase::life, flow::Step::roamed)
                         .with(flow::FieldName::session, static_cast<std::int64_t>(before.id))
                         .with(flow::FieldName::peer, caller.peer.to_text()));
}

void record_failed(const Caller& caller, const store::Session* session, std::string_view why) {
  auto event = caller.event(flow::Phase::connect, flow::Step::failed);
  if (session != nullptr) event.with(flow::FieldName::session, static_cast<std::int64_t>(session->id));
  caller.flow.record(event.with(flow::FieldName::reason, why));
}

void record_sent(const Caller& caller, int status) {
  caller.flow.record(caller.event(flow::Phase::connect, flow::Step::sent, flow::Direction::to_peer)
                         .with(flow::FieldName::status, status));
}

net::Task<tl::expected<Opening, proto::HttpReply>> prepare(const Caller& caller,
                                                           const proto::HttpRequest& http,
                                                           net::TlsStream& stream) {
  if (proto::route_path(http.target) != proto::connect_target) {
    co_return tl::unexpected(
        refusal(404, "Not Found", "CONNECT goes to " + std::string(proto::connect_target)));
  }
  const auto request = proto::ConnectRequest::parse(http.headers.list());
  if (!request) {
    caller.tell_refusal(400, request.error());
    co_return tl::unexpected(refusal(400, "Bad Request", request.error().text));
  }
  log_ignored(caller, *request);
  const auto known = co_await live_session(caller, request->token);
  if (!known) {
    const Error why{ErrorKind::denied, "a CONNECT without the token of a session"};
    caller.log_refusal(401, why);
    record_failed(caller, nullptr, why.text);
    co_return tl::unexpected(bad_token());
  }

  const auto facts = facts_of(caller, *request, *known, stream);
  const auto session = co_await save(caller, *request, facts, known->id);
  if (!session && session.error().kind == ErrorKind::conflict) {  // it has just ended
    log::notice("no tunnel: " + session.error().text, {caller.log_attempt(), {"user", known->user}});
    record_failed(caller, &*known, session.error().text);
    co_return tl::unexpected(bad_token());
  }
  if (!session) {
    log::error("no tunnel: " + session.error().text, {caller.log_attempt(), {"user", known->user}});
    record_failed(caller, &*known, session.error().text);
    co_return tl::unexpected(unavailable(session.error().text));
  }
  Opening opening;
  opening.reply = connect_reply(*request, *session, facts);
  opening.tunnel = tunnel_settings(*session, opening.reply, facts.tls);
  if (facts.dtls) {
    auto dtls = dtls_settings(*facts.dtls, *request, stream.connection(), opening.reply);
    if (!dtls) {
      caller.services.tunnels.never_ran(opening.tunnel.id);
      record_failed(caller, &*known, dtls.error().text);
      co_return tl::unexpected(unavailable(dtls.error().text));
    }
    opening.dtls = std::move(*dtls);
  }
  opening.agent = proto::classify_user_agent(request->user_agent);
  opening.idle = session->idle;
  opening.idle_timeout = store::policy_of(*session).idle_timeout;
  opening.expires_at = session->expires_at;
  record_roaming(caller, *known);
  record(caller, *session, opening);
  co_return opening;
}

proto::HttpReply connected(const proto::ConnectReply& terms) {
  proto::HttpReply reply;
  reply.reason = "CONNECTED";
  reply.headers.add(terms.serialize());
  return reply;
}

}  // namespace

net::Task<void> open_tunnel(const Caller& caller, const proto::HttpRequest& http, net::TlsStream& stream,
                            net::RequestChannel& channel, std::shared_ptr<const tls::Library> library) {
  caller.flow.record(caller.event(flow::Phase::connect, flow::Step::received, flow::Direction::from_peer)
                         .with(flow::FieldName::message, http.method));
  auto opening = co_await prepare(caller, http, stream);
  stream.expires_after(reply_limit);
  if (!opening) {
    record_sent(caller, opening.error().status);
    co_await channel.send(opening.error(), proto::ReplyTo::connect);
    co_await stream.close();
    co_return;
  }
  auto& tunnels = caller.services.tunnels;
  const auto id = opening->tunnel.id;
  if (opening->dtls) tunnels.offer_dtls(id, std::move(*opening->dtls));
  try {
    const auto reply = connected(opening->reply);
    record_sent(caller, reply.status);
    co_await channel.send(reply, proto::ReplyTo::connect);
  } catch (const Failure&) {
    tunnels.never_ran(id);
    throw;
  }
  const LiveTunnel about{.id = id,
                         .attempt = caller.attempt,
                         .tls_version = stream.connection().version(),
                         .tls_cipher = stream.connection().cipher(),
                         .agent = opening->agent,
                         .mtu = opening->tunnel.mtu,
                         .idle_timeout = opening->idle_timeout,
                         .idle = proto::IdleTime(opening->idle, std::chrono::steady_clock::now()),
                         .expires_at = opening->expires_at};
  auto [descriptor, connection] = stream.release();
  tunnels.attach(about, {std::move(opening->tunnel), std::move(library), std::move(descriptor),
                         std::move(connection), channel.take_rest()});
}

}  // namespace sallyport::gateway
