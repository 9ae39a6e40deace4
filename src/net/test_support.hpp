// For the tests of this module: a connected pair of sockets, and a task run to its end.
#pragma once

#include <array>
#include <optional>
#include <utility>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/plain_stream.hpp"
#include "net/socket.hpp"

namespace sallyport::net::testing {

inline std::pair<Descriptor, Descriptor> socket_pair() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// What a task threw, if anything.
inline std::optional<Error> run(Loop& loop, Task<void> task) {
  std::optional<Error> thrown;
  spawn(loop.executor(), std::move(task), [&thrown](const Error& error) { thrown = error; });
  loop.run();
  return thrown;
}

inline void send_text(const Descriptor& to, std::string_view text) {
  ASSERT_EQ(::send(to.number(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

inline std::string receive_text(const Descriptor& from) {
  std::array<char, 4096> buffer{};
  const auto size = ::recv(from.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
}

}  // namespace sallyport::net::testing
