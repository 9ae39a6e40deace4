#include "gateway/authenticate.hpp"

#include <array>

#include "base/log.hpp"
#include "gateway/login_form.hpp"
#include "gateway/new_session.hpp"
#include "gateway/replies.hpp"
#include "gateway/select_group.hpp"
#include "gateway/tunnels.hpp"

namespace sallyport::gateway {

namespace {

using Refused = proto::AuthenticatorAnswer::Refused;
using Accepted = proto::AuthenticatorAnswer::Accepted;
using Unavailable = proto::AuthenticatorAnswer::Unavailable;

constexpr int most_failures = 3;

Secret answer_to(const auto& reply, std::string_view field) {
  const auto* value = reply.find(field);
  return value == nullptr ? Secret() : *value;
}

std::string_view name_of(proto::AuthenticatorAnswer::Reason reason) {
  constexpr std::array<std::string_view, 5> names{"wrong password", "no such user", "locked",
                                                  "one-time password used before", "no token"};
  return names[static_cast<std::size_t>(reason)];
}

// The group in the answer wins, then the profile that the form was for.
const proto::ConnectionProfile& profile_of(const Caller& caller, const proto::HttpRequest& request,
                                           const Answers& answers, const store::Dialogue& login) {
  const auto& host = caller.host();
  if (const auto* chosen = chosen_profile(host, request.target, "", answers.group)) return *chosen;
  const auto* begun = host.profile(login.connection_profile);
  return begun == nullptr ? *host.profile(host.default_profile) : *begun;
}

proto::HttpReply ask_again(const Caller& caller, const proto::ConnectionProfile& profile,
                           const store::Dialogue& login, Dialect dialect) {
  auto form = password_form(caller.host(), profile, login);
  form.error = proto::Notice{.text = "Login failed.", .id = "13"};
  auto reply = form_reply(std::move(form), dialect);
  reply.headers.add("Set-Cookie", login_cookie(login));
  return reply;
}

void record(const Caller& caller, flow::Step step, const store::Dialogue& login, std::string_view reason) {
  using flow::FieldName;
  caller.flow.record(flow::Event(caller.attempt, flow::Phase::authenticate, step)
                         .with(FieldName::user, login.user)
                         .with(FieldName::round, std::int64_t{login.failures})
                         .with(FieldName::reason, reason));
}

}  // namespace

Answers Answers::of(const proto::AuthReply& reply) {
  return {dialect_of(reply.client.aggregate_version), reply.opaque, reply.group_select,
          std::string(answer_to(reply, "username").reveal_text()), answer_to(reply, "password")};
}

Answers Answers::of(const proto::FormReply& reply) {
  return {Dialect::version_1, "", reply.group, std::string(answer_to(reply, "username").reveal_text()),
          answer_to(reply, "password")};
}

net::Task<proto::HttpReply> authenticate(const Caller& caller, const proto::HttpRequest& request,
                                         Answers answers) {
  auto login = login_of(caller, request, answers.opaque);
  const auto& profile = profile_of(caller, request, answers, login);
  login.connection_profile = profile.name;
  if (!answers.user.empty()) login.user = answers.user;
  // Counted before it is checked: tries side by side can't outrun the limit.
  ++login.failures;
  if (!caller.services.dialogues.save(login)) co_return login_in_use();

  proto::AuthenticatorRequest question;
  question.aaa = profile.aaa;
  question.method = proto::AuthenticatorRequest::Method::password;
  question.user = login.user;
  question.answer = std::move(answers.password);
  question.remote = caller.peer.address;
  const auto outcome = co_await caller.services.authenticator.ask(std::move(question));

  if (std::holds_alternative<Accepted>(outcome)) {
    caller.services.dialogues.end(login.key);
    auto reply = co_await new_session(caller, request, {login.user, profile}, answers.dialect);
    co_return reply;
  }
  if (const auto* refused = std::get_if<Refused>(&outcome)) {
    log::notice("login refused", {{"user", login.user},
                                  {"peer", caller.peer.to_text()},
                                  {"reason", name_of(refused->reason)},
                                  {"failures", std::int64_t{login.failures}}});
    if (login.failures < most_failures) {
      record(caller, flow::Step::refused, login, name_of(refused->reason));
      co_return ask_again(caller, profile, login, answers.dialect);
    }
    record(caller, flow::Step::failed, login, name_of(refused->reason));
    caller.services.dialogues.end(login.key);
    co_return authentication_failed();
  }
  const auto* down = std::get_if<Unavailable>(&outcome);
  const std::string why = down != nullptr ? down->text : "it asks for more than a password";
  log::error("a login could not be checked: " + why, {{"user", login.user}, {"aaa", profile.aaa}});
  co_return unavailable("logins can't be checked for now");
}

net::Task<proto::HttpReply> log_out(const Caller& caller, const proto::AuthLogout& logout) {
  const auto found = or_throw(co_await caller.services.sessions.find(store::hash_of(logout.session_token)));
  if (found) co_await caller.services.tunnels.end(*found, proto::TunnelEnd::logout);
  co_return empty_reply();
}

}  // namespace sallyport::gateway
