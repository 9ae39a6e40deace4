#include "client/dial.hpp"

#include "client/authenticate.hpp"
#include "client/connect.hpp"
#include "client/download.hpp"
#include "client/http_session.hpp"
#include "client/select_group.hpp"
#include "client/tunnel_life.hpp"

namespace sallyport::client {

namespace {

// Better now than after the password.
void check_rights(const Attempt& attempt) {
  if (attempt.may_configure) return;
  throw Failure({ErrorKind::denied, "only root may make a tunnel interface: start it with sudo"});
}

}  // namespace

net::Task<void> dial(const Attempt& attempt) {
  HttpSession session(attempt, or_throw(proto::Url::parse(attempt.options.target)));
  co_await session.open();  // 1 TLS handshake
  check_rights(attempt);
  auto login = co_await select_group(session, attempt);                              // 2 group selection
  const auto admission = co_await authenticate(session, std::move(login), attempt);  // 3 user authentication
  if (attempt.token != nullptr) attempt.token->forget();
  co_await download(session, admission, attempt);                 // 4 downloader
  auto opened = co_await connect(session, admission, attempt);    // 5 CSTP CONNECT
  co_await live(session, admission, std::move(opened), attempt);  // 6 DTLS, reconnecting, the end
}

}  // namespace sallyport::client
