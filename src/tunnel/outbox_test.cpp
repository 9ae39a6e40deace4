#include "tunnel/outbox.hpp"

#include "sys/udp_batch.hpp"
#include "tunnel/dtls_harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;

class OutboxTest : public testing::TestWithParam<bool> {
 protected:
  static constexpr std::size_t overhead = 37;

  // A record of `packet` bytes and what a record adds.
  void put(std::size_t packet, std::uint8_t mark, const sys::UdpPath& path, std::uint64_t session = 1) {
    ASSERT_TRUE(outbox_.has_room(packet + overhead));
    std::ranges::fill(outbox_.room().first(packet + overhead), mark);
    outbox_.add(packet + overhead, packet, path, session);
  }
  sys::UdpPath path_to(const sys::UdpSocket& socket) {
    return {{ip("127.0.0.1"), endpoint_of(socket.number()).port}, std::nullopt};
  }
  // Sizes and marks of what has arrived.
  std::vector<std::pair<std::size_t, std::uint8_t>> arrived(sys::UdpSocket& at, std::size_t least) {
    std::vector<std::pair<std::size_t, std::uint8_t>> all;
    Bytes buffer(2048);
    while (all.size() < least && wait_for(at.number(), POLLIN)) {
      while (const auto datagram = at.receive(buffer)) {
        all.emplace_back(datagram->bytes.size(), datagram->bytes[0]);
      }
    }
    return all;
  }
  static sys::UdpSocket listening() {
    return or_throw(
        sys::UdpSocket::from(or_throw(sys::listen_udp(or_throw(Endpoint::parse("127.0.0.1:0"))))));
  }

  sys::UdpSocket socket_ = DtlsPeer::new_socket();
  Outbox outbox_{socket_, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Merges, OutboxTest, testing::Bool());

TEST_P(OutboxTest, sends_what_was_put_in_its_order) {
  auto one = listening();
  auto other = listening();
  using Seen = std::vector<std::pair<std::size_t, std::uint8_t>>;
  Seen expected;
  for (std::uint8_t i = 0; i < 100; ++i) {
    const std::size_t size = i % 10 == 9 ? 700 : 1200;  // runs that end with a shorter one
    put(size, i, path_to(one));
    expected.emplace_back(size + overhead, i);
    if (i % 20 == 0) put(50, i, path_to(other), 2);
  }
  outbox_.flush();
  EXPECT_EQ(arrived(one, 100), expected);
  EXPECT_EQ(arrived(other, 5).size(), 5U);
  EXPECT_TRUE(outbox_.failures().empty());
  EXPECT_EQ(outbox_.merges(), GetParam());
}

TEST_P(OutboxTest, a_larger_one_begins_a_burst_of_its_own) {
  auto to = listening();
  for (std::uint8_t mark = 1; mark <= 3; ++mark) put(100U * mark, mark, path_to(to));
  outbox_.flush();
  EXPECT_EQ(arrived(to, 3),
            (std::vector<std::pair<std::size_t, std::uint8_t>>{{137, 1}, {237, 2}, {337, 3}}));
}

TEST_P(OutboxTest, merges_no_more_than_the_peer_takes) {
  auto to = listening();
  ASSERT_TRUE(sys::merge_arriving(to));
  for (std::uint8_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(outbox_.has_room(1000));
    outbox_.add(1000, 1000 - overhead, path_to(to), 1, 5000);
  }
  outbox_.flush();
  sys::UdpReceiveBatch batch;
  std::size_t arrived = 0;
  while (arrived < 20'000 && wait_for(to.number(), POLLIN)) {
    for (const auto& burst : batch.receive(to)) {
      EXPECT_EQ(burst.bytes.size(), GetParam() ? 5000U : 1000U);
      arrived += burst.bytes.size();
    }
  }
  EXPECT_EQ(arrived, 20'000U);
}

// The client's socket forbids fragments, so that the loopback's 64 KB are the longest.
TEST_P(OutboxTest, tells_whose_packets_the_kernel_refused) {
  auto to = listening();
  const sys::UdpPath nowhere{or_throw(Endpoint::parse("255.255.255.255:9")),
                             std::nullopt};  // needs SO_BROADCAST
  put(1000, 1, path_to(to), 1);
  put(1000, 2, nowhere, 2);
  put(900, 3, nowhere, 2);
  put(1000, 4, path_to(to), 1);
  outbox_.flush();
  EXPECT_EQ(arrived(to, 2).size(), 2U);
  ASSERT_EQ(outbox_.failures().size(), 2U);
  EXPECT_EQ(outbox_.failures()[0].session, 2U);
  EXPECT_EQ(outbox_.failures()[0].error, EACCES);
  EXPECT_EQ(outbox_.failures()[0].bytes, 1000U);
  EXPECT_EQ(outbox_.failures()[1].bytes, 900U);
  outbox_.forget_failures();
  EXPECT_TRUE(outbox_.failures().empty());
  EXPECT_EQ(outbox_.merges(), GetParam());  // it was no fault of merging
}

TEST_P(OutboxTest, has_room_again_and_again) {
  auto to = listening();
  sys::set_buffers(to.number());
  std::size_t sent = 0;
  for (std::size_t i = 0; i < 2000; ++i, ++sent) put(1200, static_cast<std::uint8_t>(i), path_to(to));
  outbox_.flush();
  EXPECT_FALSE(outbox_.is_blocked());
  EXPECT_FALSE(outbox_.has_room(1 << 20));
}

}  // namespace
}  // namespace sallyport::tunnel
