#include "gateway/connection.hpp"

#include "base/log.hpp"
#include "net/http_channel.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

constexpr seconds idle_limit{60};
constexpr int most_requests = 16;

proto::HttpReply plain_reply(int status, std::string reason, std::string text) {
  proto::HttpReply reply;
  reply.status = status;
  reply.reason = std::move(reason);
  reply.headers.add("Content-Type", "text/plain; charset=utf-8");
  reply.headers.add("X-Reason", text);
  reply.body = std::move(text) + "\n";
  return reply;
}

// No phase behind the handshake is there yet, and every client is told so.
proto::HttpReply answer(const proto::HttpRequest& request) {
  const auto* phase = request.is_connect() ? "phase 5 (CSTP CONNECT)" : "phase 2 (group selection)";
  return plain_reply(503, "Service Unavailable", std::string(phase) + " is not built yet");
}

proto::HttpReply refusal(const net::BadRequest& bad) {
  auto reply = plain_reply(bad.status(), "Bad Request", bad.error().text);
  reply.headers.add("Connection", "close");
  return reply;
}

}  // namespace

net::Task<void> serve_requests(net::Stream& stream, Endpoint peer) {
  net::RequestChannel channel(stream);
  std::optional<proto::HttpReply> last_word;
  try {
    for (int count = 1; count <= most_requests; ++count) {
      const auto request = co_await channel.receive(idle_limit);
      if (!request) break;
      log::debug("request",
                 {{"peer", peer.to_text()}, {"method", request->method}, {"target", request->target}});
      auto reply = answer(*request);
      const bool closing = count == most_requests || request->wants_close() || request->is_connect();
      if (closing) reply.headers.add("Connection", "close");
      const auto kind = request->method == "HEAD" ? proto::ReplyTo::head : proto::ReplyTo::ordinary;
      co_await channel.send(reply, kind);
      if (closing) break;
    }
  } catch (const net::BadRequest& bad) {
    log::info("request refused: " + bad.error().text,
              {{"peer", peer.to_text()}, {"status", std::int64_t{bad.status()}}});
    last_word = refusal(bad);
  }
  if (last_word) co_await channel.send(*last_word, proto::ReplyTo::ordinary);
  co_await stream.close();
}

}  // namespace sallyport::gateway
