#include "keeper/serve.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <sys/socket.h>

namespace sallyport::keeper {

namespace {

// Repeats a system call that a signal interrupted.
template <class Call>
ssize_t uninterrupted(Call&& call) {
  ssize_t result = 0;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

void serve(const Service& service, Descriptor socket) {
  std::array<std::uint8_t, proto::max_keeper_message> buffer{};
  for (;;) {
    // With MSG_TRUNC the size is that of the message, also where it did not fit.
    const auto size =
        uninterrupted([&] { return ::recv(socket.number(), buffer.data(), buffer.size(), MSG_TRUNC); });
    if (size <= 0 || static_cast<std::size_t>(size) > buffer.size()) return;
    const auto request = proto::KeeperRequest::parse(ByteView(buffer).first(static_cast<std::size_t>(size)));
    if (!request) return;
    auto answer = service.answer(*request).serialize();
    const auto sent =
        uninterrupted([&] { return ::send(socket.number(), answer.data(), answer.size(), MSG_NOSIGNAL); });
    wipe(answer);
    if (sent < 0) return;
  }
}

}  // namespace sallyport::keeper
