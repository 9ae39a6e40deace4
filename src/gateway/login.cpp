#include "gateway/login.hpp"

#include <chrono>

#include "base/log.hpp"
#include "proto/cookies.hpp"
#include "proto/opaque.hpp"
#include "proto/url.hpp"

namespace sallyport::gateway {

namespace {

constexpr auto cookie_name = "webvpncontext";

std::optional<store::Dialogue> find_login(const Caller& caller, const proto::HttpRequest& request,
                                          std::string_view opaque, store::DialogueStore::Time now) {
  const auto& dialogues = caller.services.dialogues;
  if (const auto header = request.headers.find("Cookie")) {
    const auto cookies = proto::parse_cookies(*header);
    const auto* key = proto::find_cookie(cookies, cookie_name);
    if (key != nullptr) {
      if (auto found = dialogues.find_by_key(key->reveal_text(), now)) return found;
    }
  }
  const auto parsed = proto::Opaque::parse(opaque);
  if (!parsed || parsed->handle.empty()) return std::nullopt;
  return dialogues.find_by_handle(parsed->handle, now);
}

void record(const Caller& caller, flow::Step step, const store::Dialogue& login, std::string_view reason) {
  using flow::FieldName;
  caller.flow.record(flow::Event(caller.attempt, flow::Phase::authenticate, step)
                         .with(FieldName::user, login.user)
                         .with(FieldName::round, std::int64_t{login.failures})
                         .with(FieldName::reason, reason));
}

std::string login_cookie(const store::Dialogue& login) {
  const proto::SetCookie cookie{
      .name = cookie_name, .value = Secret(login.key), .path = "/", .max_age = store::DialogueLimits{}.life};
  return cookie.serialize();
}

}  // namespace

std::string forget_login_cookie() {
  return proto::SetCookie::forget(cookie_name).serialize();
}

store::Dialogue login_of(const Caller& caller, const proto::HttpRequest& request, std::string_view opaque) {
  const auto now = std::chrono::steady_clock::now();
  if (auto found = find_login(caller, request, opaque, now)) return *found;
  auto login = or_throw(caller.services.dialogues.begin(caller.peer.address, now));
  login.path = proto::route_path(request.target);
  return login;
}

proto::HttpReply login_in_use() {
  return unavailable("another request of this login is under way, or has ended it");
}

proto::HttpReply next_form(proto::AuthForm form, const store::Dialogue& login, Dialect dialect) {
  auto reply = form_reply(std::move(form), dialect);
  reply.headers.add("Set-Cookie", login_cookie(login));
  return reply;
}

proto::HttpReply refuse(const Caller& caller, const store::Dialogue& login, std::string_view user,
                        std::string_view why, proto::AuthForm form, Dialect dialect) {
  log_refusal(caller, login, user, why);
  if (login.failures < most_failures) {
    record(caller, flow::Step::refused, login, why);
    return next_form(std::move(form), login, dialect);
  }
  record(caller, flow::Step::failed, login, why);
  caller.services.dialogues.end(login.key);
  return authentication_failed();
}

void log_refusal(const Caller& caller, const store::Dialogue& login, std::string_view user,
                 std::string_view reason) {
  log::notice("login refused", {{"user", user},
                                {"peer", caller.peer.to_text()},
                                {"connection_profile", login.connection_profile},
                                {"reason", reason},
                                {"failures", std::int64_t{login.failures}}});
}

}  // namespace sallyport::gateway
