#include "net/plain_stream.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace sallyport::net {

namespace {

bool would_block(int error) {
  return error == EAGAIN || error == EINTR;
}

}  // namespace

Task<std::size_t> PlainStream::read_some(MutableByteView into) {
  for (;;) {
    const auto size = recv(socket_.number(), into.data(), into.size(), MSG_DONTWAIT);
    if (size >= 0) co_return static_cast<std::size_t>(size);
    if (errno == ECONNRESET) throw Failure({ErrorKind::closed, "the connection was reset"});
    if (!would_block(errno)) throw Failure(fail_errno("cannot read from the connection").value());
    co_await socket_.readable();
  }
}

Task<void> PlainStream::write(ByteView bytes) {
  while (!bytes.empty()) {
    const auto size = send(socket_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(size));
      continue;
    }
    if (errno == EPIPE || errno == ECONNRESET)
      throw Failure({ErrorKind::closed, "the connection was closed"});
    if (!would_block(errno)) throw Failure(fail_errno("cannot write to the connection").value());
    co_await socket_.writable();
  }
}

Task<void> PlainStream::close() {
  socket_.close();
  co_return;
}

}  // namespace sallyport::net
