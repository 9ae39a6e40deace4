#include "client/login.hpp"

#include "base/version.hpp"
#include "client/terminal_text.hpp"

namespace sallyport::client {

namespace {

using flow::Direction;
using flow::FieldName;
using flow::Step;

constexpr int max_redirects = 10;
constexpr int ok = 200;

std::string_view type_of(const proto::GatewayMessage& message) {
  return std::holds_alternative<proto::AuthForm>(message) ? "auth-request" : "complete";
}

// Names the group: ocserv lists every group that it is asked for, and refuses a wrong one only here.
Ended refusal(const proto::HttpReply& reply, const std::string& group) {
  const bool denied = reply.status == 401 || reply.status == 403 || reply.status == 429;
  const auto code = denied ? ExitCode::login_failed : ExitCode::failed;
  const auto where = group.empty() ? "" : " to the group \"" + terminal_line(group) + '"';
  return {code, {ErrorKind::denied, "the gateway refused the login" + where + ": " + describe(reply)}};
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

net::Task<std::optional<proto::Url>> converse(HttpSession& session, Login& login, std::string body,
                                              flow::Phase phase, std::string_view name,
                                              const Attempt& attempt) {
  attempt.record(Attempt::event(phase, Step::sent, Direction::to_peer).with(FieldName::message, name));
  auto reply = co_await session.post(std::move(body));
  for (int redirects = 0; redirect_of(reply); ++redirects) {
    auto target = or_throw(session.url().join(*redirect_of(reply)));
    if (!target.same_host(session.url())) co_return target;
    if (phase == flow::Phase::select_group) {
      throw Failure({ErrorKind::unsupported,
                     "the gateway answers with a page for browsers: it does not know version 2 of the login, "
                     "and version 1 is not built yet"});
    }
    if (redirects == max_redirects) throw Failure({ErrorKind::malformed, "the gateway redirects in circles"});
    co_await session.go_to(std::move(target));
    reply = co_await session.get();
  }
  if (reply.status != ok) throw refusal(reply, login.group);
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
  co_return std::nullopt;
}

}  // namespace sallyport::client
