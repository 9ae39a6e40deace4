#include "client/http_session.hpp"

#include <algorithm>
#include <array>

#include "base/version.hpp"
#include "client/client_certificate.hpp"
#include "client/terminal_text.hpp"
#include "net/http_channel.hpp"
#include "sys/path_mtu.hpp"
#include "tls/pin.hpp"

namespace sallyport::client {

namespace {

using std::chrono::minutes;

// A second factor that the user confirms on a telephone takes its time.
constexpr minutes reply_limit{3};
constexpr std::size_t pad_block = 64;

Error not_again() {
  return {ErrorKind::closed,
          "the gateway closed the connection while the token's code was on its way; it is not sent a second "
          "time: connect again"};
}

}  // namespace

Result<proto::Url> redirect_target(const proto::Url& from, const std::string& location) {
  auto url = from.join(location);
  if (url) return url;
  return fail(url.error().kind, "the gateway redirects to " + terminal_line(location) +
                                    ", where the client does not go: " + url.error().text);
}

std::string padding_for(std::size_t body_size) {
  return std::string(pad_block - body_size % pad_block, '0');
}

std::optional<std::string> redirect_of(const proto::HttpReply& reply) {
  constexpr std::array redirects{301, 302, 303, 307, 308};
  if (std::ranges::find(redirects, reply.status) == redirects.end()) return std::nullopt;
  const auto location = reply.headers.find("Location");
  if (!location) return std::nullopt;
  return std::string(*location);
}

HttpSession::HttpSession(const Attempt& attempt, proto::Url url)
    : attempt_(attempt), url_(std::move(url)), reply_limit_(reply_limit) {}

void HttpSession::limit(std::vector<Endpoint> addresses, std::chrono::seconds for_replies) {
  addresses_ = std::move(addresses);
  reply_limit_ = for_replies;
}

// Newer ASA turn agents away that do not begin with "AnyConnect"; anylink looks for that word.
std::string HttpSession::user_agent() const {
  if (!attempt_.options.user_agent.empty()) return attempt_.options.user_agent;
  return "AnyConnect-compatible Sallyport v" + std::string(version());
}

net::Task<void> HttpSession::open() {
  if (connection_) co_return;
  auto connected = co_await handshake(url_, addresses_, attempt_);
  connection_ = std::move(connected);
  const auto& certificate = connection_->stream->connection().peer_certificate();
  certificate_hash_ = certificate ? certificate->fingerprint() : "";
  certificate_pin_ = certificate ? tls::pin_sha256(*certificate) : "";
  gateway_ = connection_->gateway;
  used_ = false;
}

net::Task<void> HttpSession::close() {
  if (!connection_) co_return;
  const auto old = std::move(connection_->stream);
  connection_.reset();
  co_await old->close();
}

net::Task<void> HttpSession::go_to(proto::Url url) {
  const bool stays = url_.same_host(url);
  url_ = std::move(url);
  if (stays) co_return;
  cookies_.clear();
  version_1_ = false;
  answered_ = false;
  co_await close();
}

Connected HttpSession::take_connection() {
  auto taken = std::move(*connection_);
  connection_.reset();
  return taken;
}

proto::HttpRequest HttpSession::request(std::string_view method) const {
  proto::HttpRequest request;
  request.method = method;
  request.target = url_.target();
  request.headers = {{"Host", url_.authority()}, {"User-Agent", user_agent()}};
  if (!cookies_.empty()) request.headers.add("Cookie", cookies_.header());
  request.headers.add("Accept", "*/*");
  request.headers.add("Accept-Encoding", "identity");
  request.headers.add("X-Transcend-Version", "1");
  if (!version_1_) request.headers.add("X-Aggregate-Auth", "1");
  return request;
}

net::Task<proto::HttpReply> HttpSession::post(std::string body, Again again) {
  auto post = request("POST");
  post.headers.add("X-Pad", padding_for(body.size()));
  post.headers.add("Content-Type",
                   version_1_ ? "application/x-www-form-urlencoded" : "application/xml; charset=utf-8");
  post.body = std::move(body);
  auto reply = co_await finish(std::move(post), again);
  co_return reply;
}

net::Task<proto::HttpReply> HttpSession::get() {
  auto reply = co_await finish(request("GET"), Again::may);
  co_return reply;
}

net::Task<proto::HttpReply> HttpSession::finish(proto::HttpRequest request, Again again) {
  auto exchanged = co_await exchange(std::move(request), again);
  for (const auto text : exchanged.reply.headers.all("Set-Cookie")) {
    if (const auto cookie = proto::SetCookie::parse(text)) cookies_.store(*cookie);
  }
  // More than the reply that was asked for: whose answer the next bytes are is no longer certain.
  if (exchanged.reply.wants_close() || !exchanged.rest.empty()) co_await close();
  co_return exchanged.reply;
}

net::Task<HttpSession::Exchanged> HttpSession::exchange(proto::HttpRequest request, Again again) {
  // Better seen before the request leaves: not each may be repeated.
  if (connection_ && sys::has_ended(connection_->stream->number())) co_await close();
  const bool first = !connection_ || !used_;
  co_await open();
  try {
    auto exchanged = co_await try_exchange(request);
    co_return exchanged;
  } catch (const Failure& failure) {
    // The gateway may have closed a connection that waited too long for this request, and just now.
    if (first || failure.error().kind != ErrorKind::closed) throw;
    if (again == Again::may_not) throw Failure(not_again());
  }
  co_await close();
  co_await open();
  auto exchanged = co_await try_exchange(request);
  co_return exchanged;
}

net::Task<HttpSession::Exchanged> HttpSession::try_exchange(const proto::HttpRequest& request) {
  net::ReplyChannel channel(*connection_->stream);
  Exchanged exchanged;
  try {
    exchanged.reply = co_await channel.exchange(request, reply_limit_);
  } catch (const Failure& failure) {
    const auto& tls = connection_->stream->connection();
    if (!answered_) check_own_certificate(tls, failure.error(), attempt_.options);
    throw Failure(in_words(failure.error()));
  }
  exchanged.rest = channel.take_rest();
  used_ = true;
  answered_ = true;
  co_return exchanged;
}

}  // namespace sallyport::client
