#include "admin/api_client.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

#include "net/http_channel.hpp"
#include "net/plain_stream.hpp"
#include "proto/admin.hpp"

namespace sallyport::admin {

namespace {

using std::chrono::seconds;

constexpr seconds answer_limit{30};

Result<Descriptor> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::malformed, path + ": the path is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("cannot open a unix socket");
  if (connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    auto failure = fail_errno("no gateway answers at " + path, error);
    failure.value().kind = error == EACCES || error == EPERM ? ErrorKind::denied : ErrorKind::unavailable;
    return failure;
  }
  return socket;
}

net::Task<void> exchange(net::Socket socket, const proto::HttpRequest& request,
                         Result<std::string>& outcome) {
  net::PlainStream stream(std::move(socket));
  net::ReplyChannel channel(stream);
  auto reply = co_await channel.exchange(request, answer_limit);
  if (reply.status >= 200 && reply.status < 300) {
    outcome = std::move(reply.body);
    co_return;
  }
  const auto problem = proto::Problem::parse(reply.body);
  outcome = fail(reply.status == 403 ? ErrorKind::denied : ErrorKind::internal,
                 problem ? problem->detail : "the gateway answered " + std::to_string(reply.status));
}

}  // namespace

Result<std::string> call(const std::string& socket, std::string_view method, std::string_view path,
                         std::string_view body) {
  auto connected = TRY(connect_to(socket));
  proto::HttpRequest request;
  request.method = method;
  request.target = path;
  request.headers = {{"Host", "localhost"}, {"Connection", "close"}};
  request.body = body;
  Result<std::string> outcome = fail(ErrorKind::internal, "no answer");
  net::Loop loop;
  net::Socket stream(loop.executor(), std::move(connected));
  net::spawn(loop.executor(), exchange(std::move(stream), request, outcome),
             [&outcome](const Error& error) { outcome = tl::unexpected(error); });
  loop.run();
  return outcome;
}

}  // namespace sallyport::admin
