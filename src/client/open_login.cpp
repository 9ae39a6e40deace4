#include "client/open_login.hpp"

#include "client/opening.hpp"
#include "client/terminal_text.hpp"

namespace sallyport::client {

namespace {

using flow::Direction;
using flow::FieldName;
using flow::Phase;
using flow::Step;

constexpr int max_hosts = 10;

std::string_view name_of(OpeningRequest request) {
  switch (request) {
    case OpeningRequest::init:
      return "init";
    case OpeningRequest::empty_post:
      return "empty POST";
    case OpeningRequest::get:
      break;
  }
  return "GET";
}

net::Task<proto::HttpReply> ask(HttpSession& session, OpeningRequest request, const proto::AuthInit& init,
                                const Attempt& attempt) {
  attempt.record(Attempt::event(Phase::select_group, Step::sent, Direction::to_peer)
                     .with(FieldName::message, name_of(request)));
  proto::HttpReply reply;
  if (request == OpeningRequest::get) {
    reply = co_await session.get();
  } else {
    auto body = request == OpeningRequest::init ? init.serialize() : std::string();
    reply = co_await session.post(std::move(body));
  }
  co_return reply;
}

// `first`: what the gateway said to version 2.
Failure no_login(const std::string& first, const proto::HttpReply& reply) {
  const auto page = [](const proto::HttpReply& answer) {
    return answer.status == 200 ? std::string("a page that is no login") : describe(answer);
  };
  return Failure({ErrorKind::unsupported, "the gateway answers version 2 of the login with " + first +
                                              ", and version 1 with " + page(reply)});
}

net::Task<void> take_document(HttpSession& session, Login& login, OpeningRequest asked,
                              const proto::HttpReply& reply, const Attempt& attempt) {
  if (opens_version_1(asked, reply)) {
    session.speak_version_1();
    attempt.console.say("the gateway speaks version 1 of the login");
  }
  co_await take_in(session, login, reply, Phase::select_group, attempt);
}

// Returns where the gateway sends the client, if that is another host.
net::Task<std::optional<proto::Url>> open_here(HttpSession& session, Login& login,
                                               const proto::AuthInit& init, const Attempt& attempt) {
  auto asked = OpeningRequest::init;
  std::string first;
  for (int redirects = 0;;) {
    const auto reply = co_await ask(session, asked, init, attempt);
    switch (judge_opening(asked, reply, session.url())) {
      case OpeningOutcome::document:
        co_await take_document(session, login, asked, reply, attempt);
        co_return std::nullopt;
      case OpeningOutcome::another_host:
        co_return or_throw(redirect_target(session.url(), *redirect_of(reply)));
      case OpeningOutcome::elsewhere: {
        if (++redirects > max_redirects) throw Failure(endless_redirects());
        auto target = or_throw(redirect_target(session.url(), *redirect_of(reply)));
        co_await session.go_to(std::move(target));
        break;
      }
      case OpeningOutcome::next_request:
        if (first.empty()) first = reply.status == 200 ? "a page that is no login" : describe(reply);
        asked = *next_opening(asked);
        session.speak_version_1();
        break;
      case OpeningOutcome::refused:
        if (redirect_of(reply)) or_throw(redirect_target(session.url(), *redirect_of(reply)));
        if (first.empty() || is_denial(reply)) throw refusal(reply, login);
        throw no_login(first, reply);
    }
  }
}

net::Task<void> open_somewhere(HttpSession& session, Login& login, proto::AuthInit& init,
                               const Attempt& attempt) {
  for (int hosts = 0; hosts < max_hosts; ++hosts) {
    auto elsewhere = co_await open_here(session, login, init, attempt);
    if (!elsewhere) co_return;
    attempt.console.complain("the gateway sends us to " + terminal_line(elsewhere->authority()));
    login.opaque.clear();
    init.group_access = elsewhere->serialize();
    co_await session.go_to(std::move(*elsewhere));
  }
  throw Failure({ErrorKind::malformed, "the gateways send us from one to the other without an end"});
}

bool wants_certificate(const Login& login) {
  return login.form() != nullptr && login.form()->client_cert_request;
}

}  // namespace

net::Task<void> open_login(HttpSession& session, Login& login, proto::AuthInit& init,
                           const Attempt& attempt) {
  init.client_cert_fail = false;
  co_await open_somewhere(session, login, init, attempt);
  // It can be given in a handshake only. Some gateways do not ask for it in the first one.
  if (wants_certificate(login) && !attempt.options.certificate.empty()) {
    co_await session.close();
    co_await open_somewhere(session, login, init, attempt);
  }
  if (!wants_certificate(login)) co_return;
  // Perhaps there is another way in.
  init.client_cert_fail = true;
  co_await session.close();
  co_await open_somewhere(session, login, init, attempt);
}

}  // namespace sallyport::client
