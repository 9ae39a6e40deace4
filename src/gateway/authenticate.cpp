#include "gateway/authenticate.hpp"

#include <array>

#include "base/log.hpp"
#include "gateway/live_session.hpp"
#include "gateway/login.hpp"
#include "gateway/login_form.hpp"
#include "gateway/new_session.hpp"
#include "gateway/tunnels.hpp"
#include "proto/url.hpp"

namespace sallyport::gateway {

namespace {

using proto::AuthMethod;
using Refused = proto::AuthenticatorAnswer::Refused;
using Accepted = proto::AuthenticatorAnswer::Accepted;
using Unavailable = proto::AuthenticatorAnswer::Unavailable;
using Question = proto::AuthenticatorRequest;

// One field of a form is secret; clients that rename a challenge's field call it password.
template <class Reply>
Answers answers_in(const Reply& reply) {
  const auto answer_to = [&reply](std::string_view field) {
    const auto* value = reply.find(field);
    return value == nullptr ? Secret() : *value;
  };
  Answers answers;
  answers.user = answer_to("username").reveal_text();
  answers.password = answer_to(proto::otp_field);
  if (answers.password.empty()) answers.password = answer_to("password");
  return answers;
}

std::string name_of(proto::AuthenticatorAnswer::Reason reason, AuthMethod method) {
  constexpr std::array<const char*, 6> names{"wrong password", "no such user",
                                             "locked",         "one-time password used before",
                                             "no token",       "too many wrong one-time passwords"};
  const bool wrong_code =
      reason == proto::AuthenticatorAnswer::Reason::bad_credentials && method == AuthMethod::otp;
  return wrong_code ? "wrong one-time password" : names[static_cast<std::size_t>(reason)];
}

// The group in the answer wins, then the profile that the form was for.
const proto::ConnectionProfile& profile_of(const Caller& caller, const proto::HttpRequest& request,
                                           const Answers& answers, const store::Dialogue& login) {
  const auto& host = caller.host();
  if (const auto* chosen = chosen_profile(host, request.target, "", answers.group)) return *chosen;
  const auto* begun = host.profile(login.connection_profile);
  return begun == nullptr ? *host.profile(host.default_profile) : *begun;
}

proto::AuthForm same_form(const Caller& caller, const proto::ConnectionProfile& profile,
                          const store::Dialogue& login) {
  auto form = form_for(caller.host(), profile, login);
  form.error = proto::Notice{.text = "Login failed.", .id = "13"};
  return form;
}

// Whether a form of this method may have been what was answered. A login that began with these answers, since
// its own is over or another group was chosen with them, must not take a one-time password for a password.
bool are_for(std::optional<AuthMethod> method, const Answers& answers) {
  const bool code_alone = answers.user.empty() && !answers.password.empty();
  return method == AuthMethod::certificate || (method == AuthMethod::password && !code_alone);
}

// denied: the answer is wrong, and how; unavailable: it can't be checked.
net::Task<Result<void>> check(const Caller& caller, const proto::ConnectionProfile& profile,
                              const store::Dialogue& login, AuthMethod method, const std::string& user,
                              Secret answer) {
  using Method = Question::Method;
  if (user.size() > Question::max_user || answer.size() > Question::max_answer) {
    co_return fail(ErrorKind::denied, "a name or an answer that nobody has");
  }
  Question question;
  question.aaa = profile.aaa;
  question.method = method == AuthMethod::otp ? Method::otp : Method::password;
  question.user = user;
  question.answer = std::move(answer);
  question.remote = caller.peer.address;
  const auto outcome = co_await caller.services.authenticator.ask(std::move(question), caller.ticket);
  if (const auto* refused = std::get_if<Refused>(&outcome)) {
    co_return fail(ErrorKind::denied, name_of(refused->reason, method));
  }
  if (!std::holds_alternative<Accepted>(outcome)) {
    const auto* down = std::get_if<Unavailable>(&outcome);
    co_return fail(ErrorKind::unavailable, down != nullptr ? down->text : "it asks for more than one answer");
  }
  // Looked at last, so that it takes as long as any other check.
  if (contradicts_proof(login, user)) co_return fail(ErrorKind::denied, "the certificate is another user's");
  co_return Result<void>();
}

}  // namespace

Answers Answers::of(const proto::AuthReply& reply) {
  auto answers = answers_in(reply);
  answers.dialect = dialect_of(reply.client.aggregate_version);
  answers.opaque = reply.opaque;
  answers.group = reply.group_select;
  return answers;
}

Answers Answers::of(const proto::FormReply& reply) {
  auto answers = answers_in(reply);
  answers.group = reply.group;
  return answers;
}

net::Task<proto::HttpReply> authenticate(const Caller& caller, const proto::HttpRequest& request,
                                         Answers answers) {
  auto& dialogues = caller.services.dialogues;
  auto login = login_of(caller, request, answers.opaque, flow::Phase::authenticate);
  const auto& profile = profile_of(caller, request, answers, login);
  const bool is_new = !is_begun(login, profile, caller.settings->generation);
  if (login.connection_profile != profile.name) login.path = proto::route_path(request.target);
  if (is_new) begin_rounds(login, profile, caller.settings->generation);
  const auto certificate = take_certificate(login, profile, caller.certificate);
  const auto method = next_method(profile, login);
  if (!method) {  // the certificate says it all, and now the group is chosen
    auto reply = co_await new_session(caller, request, profile, std::move(login), answers.dialect);
    co_return reply;
  }
  if (is_new && !are_for(method, answers)) {
    if (!dialogues.save(login)) co_return login_in_use();
    co_return next_form(caller, form_for(caller.host(), profile, login), login, answers.dialect);
  }
  if (login.failures >= most_failures) {  // the others are being checked
    dialogues.end(login.key);
    co_return authentication_failed();
  }

  const auto user = answers.user.empty() || method == AuthMethod::otp ? login.user : answers.user;
  if (login.proven.empty() && user.size() <= Question::max_user) login.user = user;
  // Counted before it is checked: tries side by side can't outrun the limit.
  ++login.failures;
  if (!dialogues.save(login)) co_return login_in_use();
  if (method == AuthMethod::certificate) {
    const auto& why = certificate.error().text;
    auto form = certificate_refusal(caller.host(), profile, login, why);
    co_return refuse(caller, login, user, why, std::move(form), answers.dialect);
  }
  const auto checked = co_await check(caller, profile, login, *method, user, std::move(answers.password));
  if (!checked && checked.error().kind == ErrorKind::unavailable) {
    --login.failures;
    dialogues.save(login);  // or somebody else has, and this try counts
    log::error("a login could not be checked: " + checked.error().text,
               {caller.log_attempt(), {"user", user}, {"aaa", profile.aaa}});
    co_return unavailable("logins can't be checked for now");
  }
  if (!checked) {
    auto form = same_form(caller, profile, login);
    co_return refuse(caller, login, user, checked.error().text, std::move(form), answers.dialect);
  }

  --login.failures;
  login.proven.insert(*method);
  record_accepted(caller, login, *method);
  if (!dialogues.save(login)) co_return login_in_use();  // one that has ended admits nobody
  if (!next_method(profile, login)) {
    auto reply = co_await new_session(caller, request, profile, std::move(login), answers.dialect);
    co_return reply;
  }
  co_return next_form(caller, form_for(caller.host(), profile, login), login, answers.dialect);
}

net::Task<proto::HttpReply> log_out(const Caller& caller, const proto::AuthLogout& logout) {
  const auto found = co_await live_session(caller, logout.session_token);
  if (found) co_await caller.services.tunnels.end(*found, proto::TunnelEnd::logout);
  co_return empty_reply();
}

}  // namespace sallyport::gateway
