#include "sys/udp_batch.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include "base/socket_address.hpp"
#include "sys/listener.hpp"

namespace sallyport::sys {

namespace {

UdpSocket listening(const char* where = "127.0.0.1:0") {
  return or_throw(UdpSocket::from(or_throw(listen_udp(or_throw(Endpoint::parse(where))))));
}

Endpoint endpoint_of(const UdpSocket& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  EXPECT_EQ(::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&storage), &size), 0);
  return from_sockaddr(storage);
}

Bytes numbered(std::size_t datagrams, std::size_t size) {
  Bytes all;
  for (std::size_t i = 0; i < datagrams; ++i) all.insert(all.end(), size, static_cast<std::uint8_t>(i));
  return all;
}

class UdpBatchTest : public testing::TestWithParam<bool> {
 protected:
  UdpBatchTest() : from_(listening()), to_(listening()), path_{endpoint_of(to_), std::nullopt} {
    if (GetParam()) EXPECT_TRUE(merge_arriving(to_));
  }

  // Every datagram that has arrived, one by one.
  std::vector<Bytes> received(std::size_t least) {
    std::vector<Bytes> all;
    while (all.size() < least) {
      pollfd watched{to_.number(), POLLIN, 0};
      if (::poll(&watched, 1, 5000) != 1) break;
      for (const auto& burst : batch_.receive(to_)) {
        EXPECT_EQ(burst.path.peer, endpoint_of(from_));
        for (std::size_t at = 0; at < burst.bytes.size(); at += burst.datagram) {
          const auto one = burst.bytes.subspan(at, std::min(burst.datagram, burst.bytes.size() - at));
          all.emplace_back(one.begin(), one.end());
        }
      }
    }
    return all;
  }

  UdpSocket from_;
  UdpSocket to_;
  UdpPath path_;
  UdpReceiveBatch batch_;
  UdpSendBatch out_;
};

INSTANTIATE_TEST_SUITE_P(Merges, UdpBatchTest, testing::Bool());

TEST_P(UdpBatchTest, a_merged_datagram_arrives_as_those_that_are_in_it) {
  ASSERT_TRUE(can_send_merged(from_));
  auto bytes = numbered(9, 1000);
  bytes.resize(8500);  // the last is shorter
  const UdpBurst burst{bytes, 1000, &path_};
  const auto sent = out_.send(from_, {&burst, 1});
  EXPECT_EQ(sent.bursts, 1U);
  EXPECT_EQ(sent.error, 0);
  const auto all = received(9);
  ASSERT_EQ(all.size(), 9U);
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_EQ(all[i], Bytes(i < 8 ? 1000 : 500, static_cast<std::uint8_t>(i)));
}

TEST_P(UdpBatchTest, many_calls_leave_nothing_of_the_one_before) {
  for (std::size_t round = 1; round < 40; ++round) {
    const auto bytes = numbered(round, 100 + round);
    std::vector<UdpBurst> bursts;
    for (std::size_t i = 0; i < round; ++i) {
      bursts.push_back({ByteView(bytes).subspan(i * (100 + round), 100 + round), 100 + round, &path_});
    }
    ASSERT_EQ(out_.send(from_, bursts).bursts, round);
    const auto all = received(round);
    ASSERT_EQ(all.size(), round);
    for (std::size_t i = 0; i < round; ++i) {
      ASSERT_EQ(all[i], Bytes(100 + round, static_cast<std::uint8_t>(i)));
    }
  }
  EXPECT_TRUE(batch_.receive(to_).empty());
}

TEST_P(UdpBatchTest, the_address_that_was_written_to_is_known) {
  auto gateway = listening("0.0.0.0:0");
  if (GetParam()) EXPECT_TRUE(merge_arriving(gateway));
  const UdpPath path{{or_throw(Address::parse("127.0.0.3")), endpoint_of(gateway).port}, std::nullopt};
  const Bytes hello{1, 2, 3};
  const UdpBurst burst{hello, hello.size(), &path};
  ASSERT_EQ(out_.send(from_, {&burst, 1}).bursts, 1U);
  pollfd watched{gateway.number(), POLLIN, 0};
  ASSERT_EQ(::poll(&watched, 1, 5000), 1);
  const auto bursts = batch_.receive(gateway);
  ASSERT_EQ(bursts.size(), 1U);
  EXPECT_EQ(bursts[0].path.local, or_throw(Address::parse("127.0.0.3")));
}

TEST_P(UdpBatchTest, says_which_burst_was_refused_and_why) {
  const Bytes small(100);
  const Bytes large(65'530);  // longer than UDP takes
  const std::vector<UdpBurst> bursts{
      {small, 100, &path_}, {large, large.size(), &path_}, {small, 100, &path_}};
  const auto sent = out_.send(from_, bursts);
  EXPECT_EQ(sent.bursts, 1U);
  EXPECT_EQ(sent.error, EMSGSIZE);
}

}  // namespace

}  // namespace sallyport::sys
