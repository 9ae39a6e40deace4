#include "gateway/new_session.hpp"

#include <chrono>

#include "base/log.hpp"
#include "base/text.hpp"
#include "gateway/connect_terms.hpp"
#include "gateway/download.hpp"
#include "gateway/login.hpp"
#include "gateway/login_form.hpp"
#include "gateway/replies.hpp"
#include "gateway/tunnels.hpp"
#include "gateway/unless_dropped.hpp"
#include "proto/auth_complete.hpp"
#include "proto/cookies.hpp"
#include "tls/random.hpp"

namespace sallyport::gateway {

namespace {

constexpr std::size_t token_size = 32;

store::SessionId random_id() {
  const auto bytes = or_throw(tls::random_bytes(sizeof(store::SessionId)));
  return or_throw(Reader(bytes).u64()) >> 11;  // below 2^53
}

// The user may end another session and answer again, in a login of its own: this one has ended. It counts
// among the wrong answers, since some clients answer by themselves.
proto::HttpReply refuse_session(const Caller& caller, const proto::ConnectionProfile& profile,
                                const store::Dialogue& former, Dialect dialect) {
  auto& dialogues = caller.services.dialogues;
  auto login = or_throw(dialogues.begin(caller.peer.address, std::chrono::steady_clock::now()));
  caller.flow.record(login_event(caller, flow::Phase::authenticate, flow::Step::began, login));
  login.path = former.path;
  login.failures = former.failures + 1;
  begin_rounds(login, profile, caller.settings->generation);
  or_throw(take_certificate(login, profile, caller.certificate));
  dialogues.save(login);
  auto form = session_limit_refusal(caller.host(), profile, login);
  return refuse(caller, login, former.user, "as many sessions as the policy allows", std::move(form),
                dialect);
}

// Goes on by itself when the connection is gone: who must leave is told in any case.
net::Task<Result<store::Created>> create(Services& services, store::Session wanted) {
  auto created = co_await services.sessions.create(std::move(wanted));
  if (!created) co_return created;
  for (const auto& ended : created->ended) {
    services.tunnels.tell_end(ended, proto::TunnelEnd::duplicate_login);
  }
  co_return created;
}

}  // namespace

net::Task<proto::HttpReply> new_session(const Caller& caller, const proto::HttpRequest& request,
                                        const proto::ConnectionProfile& profile, store::Dialogue login,
                                        Dialect dialect) {
  using flow::FieldName;
  if (!caller.services.dialogues.end(login.key)) co_return login_in_use();
  const auto* policy = caller.host().policy(profile.group_policy);
  const Secret token(to_base64(or_throw(tls::random_secret(token_size)).reveal()));

  store::Session wanted;
  wanted.id = random_id();
  wanted.token_hash = store::hash_of(token);
  wanted.user = login.user;
  wanted.connection_profile = profile.name;
  wanted.policy = std::make_shared<const proto::GroupPolicy>(*policy);  // does not hold the settings
  wanted.user_agent = request.headers.find("User-Agent").value_or("").substr(0, store::max_user_agent);
  wanted.remote = caller.peer;
  store::begin(wanted, caller.services.clock.now());
  auto creation = create(caller.services, std::move(wanted));
  const auto created = co_await unless_dropped(caller.ticket, std::move(creation));
  if (!created && created.error().kind == ErrorKind::denied) {
    co_return refuse_session(caller, profile, login, dialect);
  }
  if (!created) {
    log::error("a login could not be kept: " + created.error().text,
               {caller.log_attempt(), {"user", login.user}});
    co_return unavailable("the session could not be stored");
  }
  const auto& session = created->session;
  caller.ticket.leave();

  log::notice("logged in", {caller.log_attempt(),
                            {"user", login.user},
                            {"connection_profile", profile.name},
                            {"peer", caller.peer.to_text()},
                            {"session", static_cast<std::int64_t>(session.id)}});
  caller.flow.record(login_event(caller, flow::Phase::authenticate, flow::Step::finished, login)
                         .with(FieldName::user, login.user)
                         .with(FieldName::connection_profile, profile.name)
                         .with(FieldName::session, static_cast<std::int64_t>(session.id)));
  auto complete = complete_document(session, caller.certificate_hash);
  complete.session_token = token;
  complete.message = {.id = "0"};
  auto reply = complete_reply(std::move(complete), dialect);
  reply.headers.add("Set-Cookie", forget_login_cookie());
  const proto::SetCookie cookie{.name = "webvpn", .value = token, .path = "/", .max_age = {}};
  reply.headers.add("Set-Cookie", cookie.serialize());
  if (dialect == Dialect::version_1) {  // its clients read here what others have from the document
    proto::ConfigCookie config{.server_hash = caller.certificate_hash};
    announce_downloads(*policy, config);
    const proto::SetCookie told{
        .name = "webvpnc", .value = Secret(config.serialize()), .path = "/", .max_age = {}};
    reply.headers.add("Set-Cookie", proto::SetCookie::forget("webvpnc").serialize());
    reply.headers.add("Set-Cookie", told.serialize());
  }
  co_return reply;
}

}  // namespace sallyport::gateway
