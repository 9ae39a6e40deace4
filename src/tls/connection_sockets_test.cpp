// A Connection on a socket: one that is full, and one whose other end is gone.
#include <array>
#include <csignal>

#include <sys/socket.h>

#include "base/descriptor.hpp"
#include "tls/connection_harness_test.hpp"

namespace sallyport::tls {
namespace {

using namespace test;

class ConnectionOnSockets : public ConnectionTest {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);  // as all our programs do
    std::array<int, 2> pair{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
    client_socket = Descriptor(pair[0]);
    server_socket = Descriptor(pair[1]);
    client.attach(client_socket.number());
    server.attach(server_socket.number());
    Step client_step = Step::want_read;
    Step server_step = Step::want_read;
    for (int round = 0; round < 10; ++round) {
      if (client_step == Step::want_read) client_step = client.handshake();
      if (server_step == Step::want_read) server_step = server.handshake();
    }
    ASSERT_EQ(client_step, Step::done);
    ASSERT_EQ(server_step, Step::done);
  }

  Descriptor client_socket;
  Descriptor server_socket;
  Connection client = or_throw(client_.connect("vpn.example.com", now));
  Connection server = or_throw(server_.accept(now));
};

TEST_F(ConnectionOnSockets, waits_when_the_socket_is_full) {
  std::size_t size = 0;
  std::size_t sent = 0;
  const Bytes block(16000);
  Step step = Step::done;
  while ((step = client.write(block, size)) == Step::done) sent += size;
  EXPECT_EQ(step, Step::want_write);
  std::size_t received = 0;
  Bytes buffer(16384);
  // The write that was held is offered again at another address, as a queue does.
  const Bytes again(16000);
  while (received < sent + again.size()) {
    while ((step = server.read(buffer, size)) == Step::done) received += size;
    ASSERT_EQ(step, Step::want_read);
    if (received < sent + again.size()) {
      const Step resumed = client.write(again, size);
      ASSERT_TRUE(resumed == Step::done || resumed == Step::want_write);
    }
  }
  server_socket.close();
  EXPECT_EQ(client.read(buffer, size), Step::closed);
  EXPECT_EQ(client.error().text, "the gateway closed the connection without a close_notify");
}

TEST_F(ConnectionOnSockets, what_the_peer_said_before_it_went_away_is_read_after_a_failed_write) {
  std::size_t size = 0;
  Bytes buffer(16384);
  // Both ends have read what belongs to the handshake: TLS 1.3 sends tickets or the like after it.
  EXPECT_EQ(client.read(buffer, size), Step::want_read);
  EXPECT_EQ(server.read(buffer, size), Step::want_read);
  EXPECT_EQ(client.write(as_bytes("bye"), size), Step::done);
  client_socket.close();
  for (int tries = 0; tries < 2; ++tries) EXPECT_EQ(server.write(as_bytes("data"), size), Step::failed);
  EXPECT_EQ(server.error().text, "the connection to the client broke: Broken pipe");
  EXPECT_EQ(server.shutdown(), Step::done);
  ASSERT_EQ(server.read(buffer, size), Step::done);
  EXPECT_EQ(as_text(ByteView(buffer).first(size)), "bye");
  EXPECT_EQ(server.read(buffer, size), Step::closed);
  EXPECT_EQ(server.read(buffer, size), Step::closed);
}

}  // namespace
}  // namespace sallyport::tls
