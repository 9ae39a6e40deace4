#include "gateway/new_session.hpp"

#include <chrono>

#include "base/log.hpp"
#include "base/text.hpp"
#include "gateway/connect_terms.hpp"
#include "gateway/download.hpp"
#include "gateway/login.hpp"
#include "gateway/replies.hpp"
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

}  // namespace

net::Task<proto::HttpReply> new_session(const Caller& caller, const proto::HttpRequest& request,
                                        const proto::ConnectionProfile& profile, store::Dialogue login,
                                        Dialect dialect) {
  using flow::FieldName;
  if (!caller.services.dialogues.end(login.key)) co_return login_in_use();
  const auto* policy = caller.host().policy(profile.group_policy);
  const Secret token(to_base64(or_throw(tls::random_secret(token_size)).reveal()));
  const auto now = caller.services.clock.now();

  store::Session wanted;
  wanted.id = random_id();
  wanted.token_hash = store::hash_of(token);
  wanted.user = login.user;
  wanted.connection_profile = profile.name;
  wanted.policy = std::make_shared<const proto::GroupPolicy>(*policy);  // does not hold the settings
  wanted.user_agent = request.headers.find("User-Agent").value_or("").substr(0, store::max_user_agent);
  wanted.remote = caller.peer;
  wanted.created_at = now;
  wanted.dies_at = now + store::unused_life;
  if (policy->session_timeout.count() > 0) wanted.expires_at = now + policy->session_timeout;
  const auto session = co_await caller.services.sessions.create(std::move(wanted));
  if (!session) {
    log::error("a login could not be kept: " + session.error().text, {{"user", login.user}});
    co_return unavailable("the session could not be stored");
  }

  log::notice("logged in", {{"user", login.user},
                            {"connection_profile", profile.name},
                            {"peer", caller.peer.to_text()},
                            {"session", static_cast<std::int64_t>(session->id)}});
  caller.flow.record(flow::Event(caller.attempt, flow::Phase::authenticate, flow::Step::finished)
                         .with(FieldName::user, login.user)
                         .with(FieldName::connection_profile, profile.name)
                         .with(FieldName::session, static_cast<std::int64_t>(session->id)));
  auto complete = complete_document(*session, caller.certificate_hash);
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
