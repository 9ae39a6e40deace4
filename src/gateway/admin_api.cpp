#include "gateway/admin_api.hpp"

#include "base/log.hpp"
#include "gateway/process.hpp"
#include "net/http_channel.hpp"
#include "net/plain_stream.hpp"
#include "net/tcp.hpp"
#include "sys/peer.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

constexpr seconds request_limit{30};

proto::HttpReply json_reply(int status, std::string reason, std::string body) {
  proto::HttpReply reply;
  reply.status = status;
  reply.reason = std::move(reason);
  reply.headers.add("Content-Type", status < 400 ? "application/json" : "application/problem+json");
  reply.body = std::move(body);
  return reply;
}

proto::HttpReply problem(int status, const std::string& title, const std::string& detail) {
  return json_reply(status, title, proto::Problem{status, title, detail}.serialize());
}

net::Task<proto::HttpReply> answer(GatewayProcess& process, const proto::HttpRequest& request) {
  const auto is = [&](std::string_view method, std::string_view path) {
    return request.method == method && request.target == path;
  };
  if (is("GET", proto::admin_status_path)) co_return json_reply(200, "OK", process.status().serialize());
  if (is("POST", proto::admin_reload_path)) {
    const auto error = co_await process.reload();
    co_return error.empty() ? json_reply(200, "OK", "{}") : problem(409, "Conflict", error);
  }
  if (is("POST", proto::admin_stop_path)) {
    const auto order = proto::StopOrder::parse(request.body);
    if (!order) co_return problem(400, "Bad Request", order.error().text);
    process.stop(order->end_sessions);
    co_return json_reply(202, "Accepted", "{}");
  }
  co_return problem(404, "Not Found", "the admin API has no such resource");
}

net::Task<void> serve_one(GatewayProcess& process, net::Socket socket) {
  net::PlainStream stream(std::move(socket));
  net::RequestChannel channel(stream);
  const auto group = process.settings().admin_group;
  if (!or_throw(sys::is_admin(stream.number(), process.settings().owner, group))) {
    co_await channel.send(problem(403, "Forbidden", "only root and the admin group may do this"),
                          proto::ReplyTo::ordinary);
    co_return;
  }
  for (;;) {
    const auto request = co_await channel.receive(request_limit);
    if (!request) co_return;
    stream.expires_after(request_limit);
    const auto reply = co_await answer(process, *request);
    co_await channel.send(reply, proto::ReplyTo::ordinary);
    if (request->wants_close()) co_return;
  }
}

net::Task<void> accept_admins(GatewayProcess& process, Descriptor listener) {
  const auto executor = co_await net::this_executor();
  net::Acceptor acceptor(executor, std::move(listener));
  for (;;) {
    auto accepted = co_await acceptor.accept();
    net::Socket socket(executor, std::move(accepted.descriptor));
    net::spawn(executor, serve_one(process, std::move(socket)),
               [](const Error& error) { log::info("admin connection ended: " + error.text); });
  }
}

}  // namespace

void serve_admins(GatewayProcess& process, const net::Executor& executor, Descriptor listener) {
  net::spawn(executor, accept_admins(process, std::move(listener)),
             [](const Error& error) { log::error("the admin listener failed: " + error.text); });
}

}  // namespace sallyport::gateway
