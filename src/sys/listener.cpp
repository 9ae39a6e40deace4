#include "sys/listener.hpp"

#include <cstring>
#include <filesystem>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sallyport::sys {

namespace {

constexpr int backlog = 4096;

Result<void> set_option(int socket, int level, int option, int value, const char* name) {
  if (setsockopt(socket, level, option, &value, sizeof value) != 0) {
    return fail_errno(std::string("cannot set ") + name);
  }
  return {};
}

Result<void> bind_to(int socket, const Endpoint& endpoint) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (endpoint.address.is_v4()) {
    auto& address = reinterpret_cast<sockaddr_in&>(storage);
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    std::memcpy(&address.sin_addr, endpoint.address.bytes().data(), sizeof address.sin_addr);
    size = sizeof address;
  } else {
    auto& address = reinterpret_cast<sockaddr_in6&>(storage);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, endpoint.address.bytes().data(), sizeof address.sin6_addr);
    size = sizeof address;
  }
  if (bind(socket, reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    return fail_errno("cannot listen on " + endpoint.to_text());
  }
  return {};
}

bool somebody_answers(const sockaddr_un& address) {
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return probe && connect(probe.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Result<Descriptor> listen_tcp(const Endpoint& endpoint) {
  const int family = endpoint.address.is_v4() ? AF_INET : AF_INET6;
  Descriptor listener(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!listener) return fail_errno("cannot open a TCP socket");
  TRY(set_option(listener.number(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR"));
  TRY(set_option(listener.number(), SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT"));
  if (family == AF_INET6) {
    const bool any = endpoint.address == Address::v6({});
    TRY(set_option(listener.number(), IPPROTO_IPV6, IPV6_V6ONLY, any ? 0 : 1, "IPV6_V6ONLY"));
  }
  TRY(bind_to(listener.number(), endpoint));
  if (listen(listener.number(), backlog) != 0) return fail_errno("cannot listen on " + endpoint.to_text());
  return listener;
}

Result<Descriptor> listen_unix(const std::string& path, std::optional<gid_t> group) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::malformed, path + ": the path is too long");
  std::memcpy(address.sun_path, path.data(), path.size());

  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return fail(ErrorKind::internal, path + ": cannot make its folder: " + error.message());
  if (somebody_answers(address))
    return fail(ErrorKind::unavailable, path + ": another gateway is listening there");
  unlink(path.c_str());

  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!listener) return fail_errno("cannot open a unix socket");
  const mode_t before = umask(0117);  // born with 0660: never open to others, not even for a moment
  const int bound = bind(listener.number(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound != 0 || listen(listener.number(), backlog) != 0) return fail_errno("cannot listen on " + path);
  if (group && chown(path.c_str(), geteuid(), *group) != 0) return fail_errno("cannot chown " + path);
  return listener;
}

}  // namespace sallyport::sys
