#include "gateway/login.hpp"

#include <array>
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

std::int64_t round_of(const store::Dialogue& login) {
  return login.failures + std::ssize(login.proven);
}

std::string_view name_of(proto::AuthMethod method) {
  constexpr std::array<std::string_view, 3> names{"password", "certificate", "one-time password"};
  return names[static_cast<std::size_t>(method)];
}

void record(const Caller& caller, flow::Step step, const store::Dialogue& login, std::string_view reason) {
  using flow::FieldName;
  caller.flow.record(login_event(caller, flow::Phase::authenticate, step, login)
                         .with(FieldName::user, login.user)
                         .with(FieldName::round, round_of(login))
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

flow::Event login_event(const Caller& caller, flow::Phase phase, flow::Step step,
                        const store::Dialogue& login) {
  return caller.event(phase, step).with(flow::FieldName::login, static_cast<std::int64_t>(login.number));
}

store::Dialogue login_of(const Caller& caller, const proto::HttpRequest& request, std::string_view opaque,
                         flow::Phase phase) {
  const auto now = std::chrono::steady_clock::now();
  if (auto found = find_login(caller, request, opaque, now)) return *found;
  auto login = or_throw(caller.services.dialogues.begin(caller.peer.address, now));
  login.path = proto::route_path(request.target);
  caller.flow.record(login_event(caller, phase, flow::Step::began, login));
  return login;
}

proto::HttpReply login_in_use() {
  return unavailable("another request of this login is under way, or has ended it");
}

void record_accepted(const Caller& caller, const store::Dialogue& login, proto::AuthMethod method) {
  using flow::FieldName;
  caller.flow.record(login_event(caller, flow::Phase::authenticate, flow::Step::accepted, login)
                         .with(FieldName::user, login.user)
                         .with(FieldName::round, round_of(login))
                         .with(FieldName::method, name_of(method)));
}

proto::HttpReply next_form(const Caller& caller, proto::AuthForm form, const store::Dialogue& login,
                           Dialect dialect) {
  const auto phase =
      login.failures > 0 || !login.proven.empty() ? flow::Phase::authenticate : flow::Phase::select_group;
  caller.flow.record(
      login_event(caller, phase, flow::Step::asked, login)
          .with(flow::FieldName::message, form.client_cert_request ? "client-cert-request" : form.id));
  auto reply = form_reply(std::move(form), dialect);
  reply.headers.add("Set-Cookie", login_cookie(login));
  return reply;
}

proto::HttpReply refuse(const Caller& caller, const store::Dialogue& login, std::string_view user,
                        std::string_view why, proto::AuthForm form, Dialect dialect) {
  log_refusal(caller, login, user, why);
  if (login.failures < most_failures) {
    record(caller, flow::Step::refused, login, why);
    return next_form(caller, std::move(form), login, dialect);
  }
  record(caller, flow::Step::failed, login, why);
  caller.services.dialogues.end(login.key);
  return authentication_failed();
}

void log_refusal(const Caller& caller, const store::Dialogue& login, std::string_view user,
                 std::string_view reason) {
  log::notice("login refused", {caller.log_attempt(),
                                {"user", user},
                                {"peer", caller.peer.to_text()},
                                {"connection_profile", login.connection_profile},
                                {"reason", reason},
                                {"failures", std::int64_t{login.failures}}});
}

}  // namespace sallyport::gateway
