#include "gateway/admin_api.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "gateway/admin_sessions.hpp"
#include "gateway/admin_trace.hpp"
#include "gateway/process.hpp"
#include "net/http_channel.hpp"
#include "net/plain_stream.hpp"
#include "net/tcp.hpp"
#include "proto/admin.hpp"
#include "sys/peer.hpp"
#include "tunnel/rate_limit.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

constexpr seconds request_limit{30};
constexpr seconds refusal_pause{10};

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

proto::HttpReply not_found() {
  return problem(404, "Not Found", "the admin API has no such resource");
}

// GET /api/v1/sessions, ?all=1, and /ID
net::Task<proto::HttpReply> show_sessions(GatewayProcess& process, std::string rest) {
  const bool one = rest.starts_with("/");
  const bool all = rest == "?all=1";
  if (!one && !all && !rest.empty()) co_return not_found();
  const auto entries = co_await list_sessions(process.services(), one || all);
  if (!one) co_return json_reply(200, "OK", proto::serialize_sessions(entries));
  for (const auto& entry : entries) {
    if (std::to_string(entry.id) == rest.substr(1)) co_return json_reply(200, "OK", entry.serialize());
  }
  co_return problem(404, "Not Found", "there is no session " + rest.substr(1));
}

// GET /api/v1/trace/ID
net::Task<proto::HttpReply> show_trace(GatewayProcess& process, std::string rest) {
  const auto id = parse_number(rest.starts_with("/") ? rest.substr(1) : "", proto::max_admin_id);
  if (!id) co_return not_found();
  const auto trace = co_await trace_of(process, *id);
  if (trace) co_return json_reply(200, "OK", trace->serialize());
  co_return problem(
      404, "Not Found",
      "there is no session or connection " + std::to_string(*id) + ", or its events are no longer kept");
}

net::Task<proto::HttpReply> disconnect(GatewayProcess& process, const proto::HttpRequest& request) {
  const auto order = proto::DisconnectOrder::parse(request.body);
  if (!order) co_return problem(400, "Bad Request", order.error().text);
  const auto count = co_await disconnect_sessions(process.services(), *order);
  if (count == 0 && !order->all) co_return problem(404, "Not Found", "there is no such session");
  co_return json_reply(200, "OK", "{\"disconnected\":" + std::to_string(count) + "}");
}

net::Task<proto::HttpReply> answer(GatewayProcess& process, const proto::HttpRequest& request) {
  const auto is = [&](std::string_view method, std::string_view path) {
    return request.method == method && request.target == path;
  };
  if (is("GET", proto::admin_status_path)) {
    co_await process.services().tunnels.refresh();
    co_return json_reply(200, "OK", process.status().serialize());
  }
  if (is("POST", proto::admin_reload_path)) {
    const auto error = co_await process.reload();
    co_return error.empty() ? json_reply(200, "OK", "{}") : problem(409, "Conflict", error);
  }
  if (request.method == "GET" && request.target.starts_with(proto::admin_sessions_path)) {
    auto shown = co_await show_sessions(process, request.target.substr(proto::admin_sessions_path.size()));
    co_return shown;
  }
  if (request.method == "GET" && request.target.starts_with(proto::admin_trace_path)) {
    auto shown = co_await show_trace(process, request.target.substr(proto::admin_trace_path.size()));
    co_return shown;
  }
  if (is("POST", proto::admin_disconnect_path)) {
    auto done = co_await disconnect(process, request);
    co_return done;
  }
  if (is("POST", proto::admin_stop_path)) {
    const auto order = proto::StopOrder::parse(request.body);
    if (!order) co_return problem(400, "Bad Request", order.error().text);
    process.stop(order->end_sessions);
    co_return json_reply(202, "Accepted", "{}");
  }
  co_return not_found();
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

net::Task<void> accept_admins(GatewayProcess& process, Descriptor listener, int descriptors) {
  const auto executor = co_await net::this_executor();
  net::Acceptor acceptor(executor, std::move(listener), descriptors);
  tunnel::RateLimit complaints(refusal_pause, 1);  // every local user may connect; only admins get an answer
  for (;;) {
    auto accepted = co_await acceptor.accept();
    if (!accepted.descriptor) {
      if (complaints.allow(std::chrono::steady_clock::now())) {
        log::warning("no descriptor is left: admin connections are refused");
      }
      continue;
    }
    net::Socket socket(executor, std::move(accepted.descriptor));
    net::spawn(executor, serve_one(process, std::move(socket)),
               [](const Error& error) { log::info("admin connection ended: " + error.text); });
  }
}

}  // namespace

void serve_admins(GatewayProcess& process, const net::Executor& executor, Descriptor listener,
                  int descriptors) {
  net::spawn(executor, accept_admins(process, std::move(listener), descriptors),
             [](const Error& error) { log::error("the admin listener failed: " + error.text); });
}

}  // namespace sallyport::gateway
