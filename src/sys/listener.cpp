#include "sys/listener.hpp"

#include <cstring>
#include <filesystem>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/socket_address.hpp"
#include "sys/udp_socket.hpp"

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
  const auto size = to_sockaddr(endpoint, storage);
  if (bind(socket, reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    return fail_errno("cannot listen on " + endpoint.to_text());
  }
  return {};
}

// Non-blocking, to be shared by one socket for each thread. "[::]" takes both families.
Result<Descriptor> bound_socket(int type, const Endpoint& endpoint) {
  const int family = endpoint.address.is_v4() ? AF_INET : AF_INET6;
  Descriptor made(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made) return fail_errno("cannot open a socket");
  if (type == SOCK_STREAM) TRY(set_option(made.number(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR"));
  TRY(set_option(made.number(), SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT"));
  if (family == AF_INET6) {
    const bool any = endpoint.address == Address::v6({});
    TRY(set_option(made.number(), IPPROTO_IPV6, IPV6_V6ONLY, any ? 0 : 1, "IPV6_V6ONLY"));
  }
  TRY(bind_to(made.number(), endpoint));
  return made;
}

bool somebody_answers(const sockaddr_un& address) {
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return probe && connect(probe.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Result<Descriptor> listen_tcp(const Endpoint& endpoint) {
  auto listener = TRY(bound_socket(SOCK_STREAM, endpoint));
  if (listen(listener.number(), backlog) != 0) return fail_errno("cannot listen on " + endpoint.to_text());
  return listener;
}

Result<Descriptor> listen_udp(const Endpoint& endpoint) {
  auto socket = TRY(bound_socket(SOCK_DGRAM, endpoint));
  const int number = socket.number();
  // A dual-stack socket tells of IPv4, too, by the IPv6 option.
  if (endpoint.address.is_v4()) {
    TRY(set_option(number, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO"));
  } else {
    TRY(set_option(number, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO"));
  }
  set_buffers(number);
  return socket;
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
