#include "gateway/connection.hpp"

#include "base/log.hpp"
#include "base/secret.hpp"
#include "gateway/authenticate.hpp"
#include "gateway/connect.hpp"
#include "gateway/download.hpp"
#include "gateway/replies.hpp"
#include "gateway/select_group.hpp"
#include "net/http_channel.hpp"
#include "proto/auth_message.hpp"
#include "proto/downloader_urls.hpp"
#include "proto/user_agent.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

constexpr seconds idle_limit{60};
constexpr int most_requests = 16;

using flow::Direction;
using flow::FieldName;
using flow::Phase;
using flow::Step;

void record_received(const Caller& caller, Phase phase, std::string_view message) {
  caller.flow.record(
      caller.event(phase, Step::received, Direction::from_peer).with(FieldName::message, message));
}

void record_sent(const Caller& caller, Phase phase, int status) {
  caller.flow.record(caller.event(phase, Step::sent, Direction::to_peer).with(FieldName::status, status));
}

// Phases 2 and 3: which of them is asked is in the body.
net::Task<proto::HttpReply> log_in(const Caller& caller, const proto::HttpRequest& request) {
  if (request.method != "POST" || request.body.empty()) {
    record_received(caller, Phase::select_group, request.method);
    auto form = co_await select_group(caller, request, {});
    record_sent(caller, Phase::select_group, form.status);
    co_return form;
  }
  const auto message = proto::parse_client_message(request.body);
  if (!message) {
    caller.tell_refusal(400, message.error());
    co_return refusal(400, "Bad Request", message.error().text);
  }
  const auto agent = proto::classify_user_agent(request.headers.find("User-Agent").value_or(""));
  if (const auto* init = std::get_if<proto::AuthInit>(&*message)) {
    const auto dialect =
        proto::wants_version_1(agent) ? Dialect::version_1 : dialect_of(init->client.aggregate_version);
    record_received(caller, Phase::select_group, "init");
    auto form = co_await select_group(
        caller, request, {dialect, init->group_access, init->group_select, init->client_cert_fail});
    record_sent(caller, Phase::select_group, form.status);
    co_return form;
  }
  if (const auto* logout = std::get_if<proto::AuthLogout>(&*message)) {
    record_received(caller, Phase::life, "logout");
    auto done = co_await log_out(caller, *logout);
    record_sent(caller, Phase::life, done.status);
    co_return done;
  }
  record_received(caller, Phase::authenticate, "auth-reply");
  const auto* reply = std::get_if<proto::AuthReply>(&*message);
  auto answers = reply != nullptr ? Answers::of(*reply) : Answers::of(std::get<proto::FormReply>(*message));
  auto result = co_await authenticate(caller, request, std::move(answers));
  record_sent(caller, Phase::authenticate, result.status);
  co_return result;
}

net::Task<proto::HttpReply> dispatch(const Caller& caller, const proto::HttpRequest& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!reads && request.method != "POST") {
    co_return refusal(405, "Method Not Allowed", "GET, HEAD, POST and CONNECT are served here");
  }
  if (reads && proto::is_downloader_path(request.target)) {
    record_received(caller, Phase::download, request.method);
    auto file = co_await download(caller, request);
    record_sent(caller, Phase::download, file.status);
    co_return file;
  }
  auto reply = co_await log_in(caller, request);
  co_return reply;
}

// A fault of ours is told, and does not take the connection along.
net::Task<proto::HttpReply> answer(const Caller& caller, proto::HttpRequest& request) {
  const WipedAtEnd body(request.body);  // it may be a password
  std::string fault;
  try {
    auto reply = co_await dispatch(caller, request);
    co_return reply;
  } catch (const Failure& failure) {
    if (caller.ticket.was_dropped()) throw;
    fault = failure.error().text;
  }
  log::error("a request could not be answered: " + fault,
             {caller.log_attempt(), {"peer", caller.peer.to_text()}});
  co_return unavailable("the gateway could not do that");
}

proto::HttpReply bad_request(const net::BadRequest& bad) {
  auto reply = refusal(bad.status(), "Bad Request", bad.error().text);
  reply.headers.add("Connection", "close");
  return reply;
}

}  // namespace

net::Task<void> serve_requests(const Caller& caller, net::TlsStream& stream,
                               std::shared_ptr<const tls::Library> library) {
  net::RequestChannel channel(stream);
  std::optional<proto::HttpReply> last_word;
  try {
    for (int count = 1; count <= most_requests; ++count) {
      auto request = co_await channel.receive(idle_limit);
      if (!request) break;
      log::debug("request", {caller.log_attempt(),
                             {"peer", caller.peer.to_text()},
                             {"method", request->method},
                             {"target", request->target}});
      if (request->is_connect()) {
        co_await open_tunnel(caller, *request, stream, channel, std::move(library));
        co_return;
      }
      auto reply = co_await answer(caller, *request);
      stream.expires_after(idle_limit);
      const bool closing = count == most_requests || request->wants_close() || reply.wants_close();
      if (closing && !reply.wants_close()) reply.headers.add("Connection", "close");
      const auto kind = request->method == "HEAD" ? proto::ReplyTo::head : proto::ReplyTo::ordinary;
      co_await channel.send(reply, kind);
      if (closing) break;
    }
  } catch (const net::BadRequest& bad) {
    caller.tell_refusal(bad.status(), bad.error());
    last_word = bad_request(bad);
  }
  stream.expires_after(idle_limit);
  if (last_word) co_await channel.send(*last_word, proto::ReplyTo::ordinary);
  co_await stream.close();
}

}  // namespace sallyport::gateway
