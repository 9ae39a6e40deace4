#include "net/tcp.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/socket_address.hpp"

namespace sallyport::net {

namespace {

void set_no_delay(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // a unix socket says no, which is fine
}

}  // namespace

Acceptor::Acceptor(const Executor& executor, Descriptor listener, int most)
    : listener_(executor, std::move(listener)), most_(most), reserve_(eventfd(0, EFD_CLOEXEC)) {}

Task<Accepted> Acceptor::accept() {
  for (;;) {
    auto accepted = accept_now();
    if (accepted) {
      co_await sleep(std::chrono::milliseconds(0));  // others have their turn, however many wait here
      co_return std::move(*accepted);
    }
    if (accepted.error().kind != ErrorKind::unavailable) throw Failure(accepted.error());
    if (reserve_) {
      co_await listener_.readable();
    } else {  // out of descriptors and nothing to give up: the listener would be readable all the time
      co_await sleep(std::chrono::milliseconds(100));
      reserve_ = Descriptor(eventfd(0, EFD_CLOEXEC));
    }
  }
}

Result<Accepted> Acceptor::accept_now() {
  for (;;) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    Descriptor socket(accept4(listener_.number(), reinterpret_cast<sockaddr*>(&storage), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.number() >= most_) return Accepted{{}, from_sockaddr(storage)};
    if (socket) {
      set_no_delay(socket.number());
      return Accepted{std::move(socket), from_sockaddr(storage)};
    }
    switch (errno) {
      case EAGAIN:
        return fail(ErrorKind::unavailable, "nobody is waiting");
      case EMFILE:
      case ENFILE:
        return drop_one();
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
        return fail_errno("cannot accept connections");
      default:
        break;  // this connection is gone (ECONNABORTED, network errors, see accept(2)): take the next
    }
  }
}

Result<Accepted> Acceptor::drop_one() {
  if (!reserve_) return fail(ErrorKind::unavailable, "no descriptor is left");
  reserve_.close();
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Descriptor dropped(accept4(listener_.number(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_CLOEXEC));
  const bool done = bool(dropped);
  dropped.close();
  reserve_ = Descriptor(eventfd(0, EFD_CLOEXEC));
  if (!done) return fail(ErrorKind::unavailable, "nobody is waiting, or no descriptor is left");
  return Accepted{{}, from_sockaddr(storage)};
}

Task<Descriptor> connect_tcp(Endpoint to, std::chrono::milliseconds limit) {
  const int family = to.address.is_v4() ? AF_INET : AF_INET6;
  Descriptor descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) throw Failure(fail_errno("cannot open a TCP socket").value());
  set_no_delay(descriptor.number());
  sockaddr_storage storage{};
  const socklen_t size = to_sockaddr(to, storage);
  const int number = descriptor.number();
  Socket socket(co_await this_executor(), std::move(descriptor));
  int error = connect(number, reinterpret_cast<sockaddr*>(&storage), size) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    socket.expires_after(limit);
    co_await socket.writable();
    socklen_t error_size = sizeof error;
    if (getsockopt(number, SOL_SOCKET, SO_ERROR, &error, &error_size) != 0) error = errno;
  }
  if (error != 0) {
    auto why = fail_errno("cannot reach " + to.to_text(), error).value();
    why.kind = ErrorKind::unavailable;
    throw Failure(why);
  }
  co_return socket.release();
}

}  // namespace sallyport::net
