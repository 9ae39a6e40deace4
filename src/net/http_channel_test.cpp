#include "net/http_channel.hpp"

#include "net/test_support.hpp"

namespace sallyport::net {

using std::chrono::milliseconds;
using namespace testing;

namespace {

class Channel : public ::testing::Test {
 protected:
  Channel() : ends(socket_pair()), stream(Socket(loop.executor(), std::move(ends.first))), channel(stream) {}

  // The requests that came, and what ended the reading.
  std::optional<Error> receive_all() { return run(loop, receive_into()); }

  Loop loop;
  std::pair<Descriptor, Descriptor> ends;
  PlainStream stream;
  RequestChannel channel;
  std::vector<proto::HttpRequest> requests;
  int status = 0;

 private:
  Task<void> receive_into() {
    try {
      while (auto request = co_await channel.receive(milliseconds(20)))
        requests.push_back(std::move(*request));
    } catch (const BadRequest& bad) {
      status = bad.status();
      throw;
    }
  }
};

// A byte in each millisecond, for longer than a request may take.
Task<void> drip(const Descriptor& to) {
  for (int count = 0; count < 100; ++count) {
    send_text(to, "x");
    co_await sleep(milliseconds(1));
  }
}

class Replies : public ::testing::Test {
 protected:
  Replies() : ends(socket_pair()), stream(Socket(loop.executor(), std::move(ends.first))), channel(stream) {
    request.method = "GET";
    request.target = "/x";
  }

  std::optional<Error> exchange() { return run(loop, ask()); }

  Loop loop;
  std::pair<Descriptor, Descriptor> ends;
  PlainStream stream;
  ReplyChannel channel;
  proto::HttpRequest request;
  proto::HttpReply reply;

 private:
  Task<void> ask() { reply = co_await channel.exchange(request, milliseconds(100)); }
};

}  // namespace

TEST_F(Channel, receives_requests_until_the_peer_closes) {
  send_text(ends.second, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ends.second.close();
  EXPECT_EQ(receive_all(), std::nullopt);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].target, "/a");
}

TEST_F(Channel, refuses_a_second_request_in_the_same_read) {
  send_text(ends.second, "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(receive_all().value().text, "a second request came before the answer to the first");
  EXPECT_EQ(status, 400);
}

TEST_F(Channel, looks_over_a_line_end_too_many) {
  send_text(ends.second, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n\r\n");
  ends.second.close();
  EXPECT_EQ(receive_all(), std::nullopt);
  EXPECT_EQ(requests.size(), 1U);
}

TEST_F(Channel, keeps_the_tunnel_bytes_behind_connect) {
  send_text(ends.second, "CONNECT /CSCOSSLC/tunnel HTTP/1.1\r\nHost: x\r\n\r\nSTF\x01");
  ends.second.close();
  EXPECT_EQ(receive_all(), std::nullopt);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(as_text(channel.take_rest()), "STF\x01");
}

TEST_F(Channel, a_request_must_come_whole_within_its_time) {
  send_text(ends.second, "GET /a HT");
  EXPECT_EQ(receive_all(), (Error{ErrorKind::timeout, "a request came too slowly"}));
}

TEST_F(Channel, a_request_whose_body_drips_is_not_waited_for) {
  send_text(ends.second, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  spawn(loop.executor(), drip(ends.second), [](const Error& error) { ADD_FAILURE() << error.text; });
  EXPECT_EQ(receive_all(), (Error{ErrorKind::timeout, "a request came too slowly"}));
}

TEST_F(Channel, a_connection_on_which_nobody_asks_is_not_kept) {
  EXPECT_EQ(receive_all(), (Error{ErrorKind::timeout, "no request came in time"}));
}

TEST_F(Channel, a_request_that_breaks_off_is_an_error) {
  send_text(ends.second, "GET /a HT");
  ends.second.close();
  EXPECT_EQ(receive_all().value().text, "the client closed in the middle of a request");
}

TEST_F(Replies, are_read_after_the_request_was_sent) {
  send_text(ends.second, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(exchange(), std::nullopt);
  EXPECT_EQ(reply.body, "hi");
  EXPECT_TRUE(receive_text(ends.second).starts_with("GET /x HTTP/1.1\r\n"));
}

TEST_F(Replies, must_come_whole_within_their_time) {
  send_text(ends.second, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi");
  EXPECT_EQ(exchange().value().kind, ErrorKind::timeout);
}

TEST_F(Replies, that_break_off_are_an_error) {
  send_text(ends.second, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi");
  ASSERT_EQ(::shutdown(ends.second.number(), SHUT_WR), 0);
  EXPECT_EQ(exchange().value().kind, ErrorKind::closed);
}

}  // namespace sallyport::net
