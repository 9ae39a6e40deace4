#include "client/login.hpp"

#include "base/version.hpp"
#include "client/terminal_text.hpp"

namespace sallyport::client {

namespace {

using flow::Direction;
using flow::FieldName;
using flow::Phase;
using flow::Step;

constexpr int ok = 200;

std::string_view type_of(const proto::GatewayMessage& message) {
  return std::holds_alternative<proto::AuthForm>(message) ? "auth-request" : "complete";
}

// The form names the URL of the next request. Answers hold passwords: they never leave the host.
net::Task<void> follow_action(HttpSession& session, const std::string& action) {
  if (action.empty()) co_return;
  auto url = or_throw(session.url().join(action));
  if (!url.same_host(session.url())) {
    throw Failure({ErrorKind::denied, "the gateway's form asks to send the login to another host, " +
                                          terminal_line(url.authority())});
  }
  co_await session.go_to(std::move(url));
}

}  // namespace

proto::ClientInfo client_info(const ConnectOptions& options) {
  proto::ClientInfo info;
  info.version = options.version_string.empty() ? "v" + std::string(version()) : options.version_string;
  info.platform = options.platform.empty() ? "linux-64" : options.platform;
  return info;
}

std::string describe(const proto::HttpReply& reply) {
  auto text = std::to_string(reply.status) + ' ' + terminal_line(reply.reason);
  if (const auto reason = reply.headers.find("X-Reason")) text += " (" + terminal_line(*reason) + ')';
  return text;
}

bool is_denial(const proto::HttpReply& reply) {
  return reply.status == 401 || reply.status == 403 || reply.status == 429;
}

Ended refusal(const proto::HttpReply& reply, const Login& login) {
  const auto code = is_denial(reply) ? ExitCode::login_failed : ExitCode::failed;
  auto what = login.group.empty() ? "" : " to the group \"" + terminal_line(login.group) + '"';
  if (login.code_given) what += " with the token's code";
  return {code, {ErrorKind::denied, "the gateway refused the login" + what + ": " + describe(reply)}};
}

Error endless_redirects() {
  return {ErrorKind::malformed, "the gateway redirects in circles"};
}

net::Task<void> take_in(HttpSession& session, Login& login, const proto::HttpReply& reply, flow::Phase phase,
                        const Attempt& attempt) {
  auto message = proto::parse_gateway_message(reply.body);
  if (!message) {
    throw Failure({message.error().kind, "the gateway's answer makes no sense: " + message.error().text});
  }
  login.message = std::move(*message);
  attempt.record(Attempt::event(phase, Step::received, Direction::from_peer)
                     .with(FieldName::status, reply.status)
                     .with(FieldName::message, type_of(login.message)));
  if (const auto* form = login.form()) {
    if (!form->opaque.empty()) login.opaque = form->opaque;
    co_await follow_action(session, form->action);
  }
}

net::Task<void> converse(HttpSession& session, Login& login, std::string answers, const Attempt& attempt) {
  attempt.record(Attempt::event(Phase::authenticate, Step::sent, Direction::to_peer)
                     .with(FieldName::message, "auth-reply"));
  // A gateway that had read the code already would take the second for a stranger's, and count it.
  const auto again = login.code_given ? HttpSession::Again::may_not : HttpSession::Again::may;
  auto reply = co_await session.post(std::move(answers), again);
  for (int redirects = 0; redirect_of(reply); ++redirects) {
    auto target = or_throw(redirect_target(session.url(), *redirect_of(reply)));
    if (!target.same_host(session.url())) {
      throw Failure({ErrorKind::denied, "the gateway sends the login on to another host, " +
                                            terminal_line(target.authority()) + "; answers stay here"});
    }
    if (redirects == max_redirects) throw Failure(endless_redirects());
    co_await session.go_to(std::move(target));
    reply = co_await session.get();
  }
  if (reply.status != ok) throw refusal(reply, login);
  co_await take_in(session, login, reply, Phase::authenticate, attempt);
}

}  // namespace sallyport::client
