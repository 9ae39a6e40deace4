#include "net/socket.hpp"

#include "net/signal.hpp"
#include "net/tcp.hpp"
#include "net/test_support.hpp"

namespace sallyport::net {

using std::chrono::milliseconds;
using namespace testing;

namespace {

Task<void> wait_readable(Socket& socket) {
  co_await socket.readable();
}
Task<void> wait_woken(Socket& socket) {
  co_await socket.until_woken();
}

Task<void> close_soon(Socket& socket) {
  co_await sleep(milliseconds(1));
  socket.close();
}

Task<void> abort_soon(Socket& socket) {
  co_await sleep(milliseconds(1));
  socket.abort();
}

Task<void> count(Signal& signal, int& seen) {
  co_await signal.wait();
  ++seen;
}

Task<void> notify_soon(Signal& signal) {
  co_await sleep(milliseconds(1));
  signal.notify();
}

Task<void> connect_nowhere(Endpoint endpoint) {
  co_await connect_tcp(endpoint, milliseconds(1000));
}

void expect_no_error(const Error& error) {
  ADD_FAILURE() << error.text;
}

}  // namespace

TEST(Socket, is_readable_when_bytes_are_there) {
  Loop loop;
  auto [ours, theirs] = socket_pair();
  Socket socket(loop.executor(), std::move(ours));
  send_text(theirs, "x");
  EXPECT_EQ(run(loop, wait_readable(socket)), std::nullopt);
}

TEST(Socket, a_wait_ends_at_the_deadline) {
  Loop loop;
  auto [ours, theirs] = socket_pair();
  Socket socket(loop.executor(), std::move(ours));
  socket.expires_after(milliseconds(5));
  EXPECT_EQ(run(loop, wait_readable(socket)).value().kind, ErrorKind::timeout);
}

TEST(Socket, a_wait_ends_when_somebody_closes) {
  Loop loop;
  auto [ours, theirs] = socket_pair();
  Socket socket(loop.executor(), std::move(ours));
  spawn(loop.executor(), close_soon(socket), expect_no_error);
  EXPECT_EQ(run(loop, wait_readable(socket)).value().kind, ErrorKind::closed);
}

TEST(Socket, abort_ends_the_wait_and_keeps_the_number_taken) {
  Loop loop;
  auto [ours, theirs] = socket_pair();
  Socket socket(loop.executor(), std::move(ours));
  const int number = socket.number();
  spawn(loop.executor(), abort_soon(socket), expect_no_error);
  EXPECT_EQ(run(loop, wait_woken(socket)).value().kind, ErrorKind::closed);
  EXPECT_EQ(socket.number(), number);
  EXPECT_TRUE(socket.is_open());
}

TEST(Socket, a_wake_up_before_the_wait_counts) {
  Loop loop;
  auto [ours, theirs] = socket_pair();
  Socket socket(loop.executor(), std::move(ours));
  socket.waker()();
  EXPECT_EQ(run(loop, wait_woken(socket)), std::nullopt);
}

TEST(Socket, a_waker_outlives_its_socket) {
  Loop loop;
  std::function<void()> wake;
  {
    auto [ours, theirs] = socket_pair();
    const Socket socket(loop.executor(), std::move(ours));
    wake = const_cast<Socket&>(socket).waker();
  }
  wake();
}

TEST(Socket, release_hands_the_descriptor_over_open) {
  Loop loop;
  auto [ours, theirs] = socket_pair();
  Socket socket(loop.executor(), std::move(ours));
  const auto released = socket.release();
  send_text(released, "still open");
  EXPECT_EQ(receive_text(theirs), "still open");
}

TEST(Signal, wakes_all_who_wait) {
  Loop loop;
  Signal signal(loop.executor());
  int seen = 0;
  spawn(loop.executor(), count(signal, seen), expect_no_error);
  spawn(loop.executor(), count(signal, seen), expect_no_error);
  EXPECT_EQ(run(loop, notify_soon(signal)), std::nullopt);
  EXPECT_EQ(seen, 2);
}

TEST(Alarm, rings_once_unless_it_is_gone) {
  Loop loop;
  int rings = 0;
  {
    const Alarm gone(loop.executor(), milliseconds(1), [&] { rings += 100; });
  }
  const Alarm alarm(loop.executor(), milliseconds(1), [&] { ++rings; });
  loop.run();
  EXPECT_EQ(rings, 1);
}

TEST(ConnectTcp, says_that_a_gateway_cannot_be_reached) {
  Loop loop;
  // Bound but not listening, so the port is known to refuse.
  const Descriptor bound(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage address{};
  address.ss_family = AF_INET;
  ASSERT_EQ(::bind(bound.number(), reinterpret_cast<sockaddr*>(&address), 16), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(bound.number(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  Endpoint endpoint = *Endpoint::parse("127.0.0.1:1");
  std::uint16_t port = 0;
  std::memcpy(&port, reinterpret_cast<const char*>(&address) + 2, sizeof port);
  endpoint.port = static_cast<std::uint16_t>(port << 8 | port >> 8);
  EXPECT_EQ(run(loop, connect_nowhere(endpoint)).value().kind, ErrorKind::unavailable);
}

}  // namespace sallyport::net
