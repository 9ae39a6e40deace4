#include "client/dial.hpp"

#include "client/authenticate.hpp"
#include "client/connect.hpp"
#include "client/download.hpp"
#include "client/http_session.hpp"
#include "client/select_group.hpp"
#include "client/session_cookie.hpp"
#include "client/tunnel_life.hpp"

namespace sallyport::client {

namespace {

// Better now than after the password.
void check_rights(const Attempt& attempt) {
  if (attempt.may_configure) return;
  throw Failure({ErrorKind::denied, "only root may make a tunnel interface: start it with sudo"});
}

net::Task<Admission> log_in(HttpSession& session, const Attempt& attempt) {
  auto login = co_await select_group(session, attempt);                        // 2 group selection
  auto admission = co_await authenticate(session, std::move(login), attempt);  // 3 user authentication
  if (attempt.token != nullptr) attempt.token->forget();
  co_return admission;
}

// Another run has logged in.
net::Task<Admission> read_admission(Prompt& prompt) {
  const auto line = co_await prompt.line_of_stdin();
  auto token = token_in_cookies(line.value_or(Secret()));
  if (!token) throw Ended(ExitCode::login_failed, std::move(token).error());
  Admission admission;
  admission.token = std::move(*token);
  co_return admission;
}

// The session stays: whoever has its cookie makes the tunnel. One whose cookie nobody got is ended.
net::Task<void> hand_over(HttpSession& session, const Admission& admission, const Attempt& attempt) {
  const LoggedIn done{admission.token, session.url(), session.gateway(), session.certificate_pin()};
  const auto handed_over = attempt.console.hand_over(done.serialize());
  if (!handed_over) {
    const bool is_ended = co_await end_session(session, admission.token, attempt);
    auto error = handed_over.error();
    error.text += is_ended ? ": the session is ended" : ": the session stays at the gateway for a while";
    throw Failure(std::move(error));
  }
  co_await session.close();
}

}  // namespace

net::Task<void> dial(const Attempt& attempt) {
  HttpSession session(attempt, or_throw(proto::Url::parse(attempt.options.target)));
  const bool logs_in = !attempt.options.cookie_on_stdin;
  Admission admission;
  if (!logs_in) admission = co_await read_admission(attempt.prompt);
  co_await session.open();  // 1 TLS handshake
  if (!attempt.options.authenticate) check_rights(attempt);
  if (logs_in) admission = co_await log_in(session, attempt);
  if (attempt.options.authenticate) {
    co_await hand_over(session, admission, attempt);
    co_return;
  }
  if (logs_in) co_await download(session, admission, attempt);    // 4 downloader
  auto opened = co_await connect(session, admission, attempt);    // 5 CSTP CONNECT
  co_await live(session, admission, std::move(opened), attempt);  // 6 DTLS, reconnecting, the end
}

}  // namespace sallyport::client
