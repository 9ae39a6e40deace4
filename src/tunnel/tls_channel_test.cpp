#include "tunnel/tls_channel.hpp"

#include <random>

#include "tunnel/harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;

class TlsChannelTest : public WorkerTest, public testing::WithParamInterface<TlsWish> {};

INSTANTIATE_TEST_SUITE_P(Kinds, TlsChannelTest, testing::ValuesIn(tls_kinds), name_of_kind);

TEST_P(TlsChannelTest, carries_ten_thousand_packets_each_way_in_order) {
  auto peer = attached(settings(), GetParam());
  std::mt19937 random(7);
  std::uniform_int_distribution<std::size_t> sizes(24, 1400);
  constexpr std::uint32_t window = 20;  // fewer than any queue holds: none may be dropped
  for (std::uint32_t number = 0; number < 10'000; number += window) {
    std::vector<Bytes> up;
    std::vector<Bytes> down;
    for (std::uint32_t i = number; i < number + window; ++i) {
      up.push_back(make_packet({.from = peer4, .to = host4, .size = sizes(random), .number = i}));
      down.push_back(make_packet({.from = host4, .to = peer4, .size = sizes(random), .number = i}));
      peer.send(FrameType::data, up.back());
      tun_.put(down.back());
    }
    for (const auto& packet : up) ASSERT_EQ(tun_.take(), packet);
    for (const auto& packet : down) ASSERT_EQ(peer.receive().payload, packet);
  }
  EXPECT_EQ(counters().dropped, Counters().dropped);
}

TEST_P(TlsChannelTest, reads_what_came_with_the_connect) {
  auto pair = connect(GetParam());
  Bytes unread;  // one and a half frames were decrypted with the request
  std::vector<Bytes> packets;
  for (std::uint32_t i = 0; i < 200; ++i) {
    packets.push_back(make_packet({.from = peer4, .to = host4, .number = i}));
  }
  const auto first = proto::cstp_frame(FrameType::data, packets[0]);
  const auto second = proto::cstp_frame(FrameType::data, packets[1]);
  unread.insert(unread.end(), first.begin(), first.end());
  unread.insert(unread.end(), second.begin(), second.begin() + 50);
  // The rest of that record is decrypted, but still with OpenSSL ...
  Bytes record(to_bytes("CONNECT"));
  record.insert(record.end(), second.begin() + 50, second.end());
  pair.client.send_plaintext(record);
  Bytes request(7);
  std::size_t size = 0;
  while (pair.server.read(request, size) == Step::want_read) wait_for(pair.server_socket.number(), POLLIN);
  EXPECT_GT(pair.server.pending(), 0U);
  // ... and the others are in the socket.
  for (std::size_t i = 2; i < packets.size(); ++i) pair.client.send(FrameType::data, packets[i]);
  attach(pair, settings(), unread);
  for (const auto& packet : packets) ASSERT_EQ(tun_.take(), packet);
}

TEST_P(TlsChannelTest, drops_data_for_a_slow_reader_but_answers_it_first) {
  auto peer = attached(settings(), GetParam());
  std::uint32_t put = 0;
  while (dropped(counters(), Drop::queue_full) == 0) {
    for (int i = 0; i < 100; ++i, ++put) {
      tun_.put(make_packet({.from = host4, .to = peer4, .size = 1400, .number = put}));
    }
  }
  peer.send(FrameType::dpd_request, to_bytes("are you there"));
  expect_alive(peer);
  tun_.put(make_packet({.from = host4, .to = peer4, .size = 1400, .number = put++}));

  std::uint32_t before = 0;
  auto received = peer.receive();
  for (; received.type == FrameType::data; received = peer.receive()) {
    ASSERT_EQ(number_of(received.payload), before++);
  }
  EXPECT_EQ(received.type, FrameType::dpd_response);
  EXPECT_EQ(received.payload, to_bytes("are you there"));
  std::uint32_t after = 0;  // what was queued behind the answer
  for (received = peer.receive(100ms); !received.nothing; received = peer.receive(100ms)) {
    ASSERT_FALSE(received.closed);
    ++after;
  }
  const auto found = counters();
  EXPECT_EQ(found.tx_packets, before + after);
  EXPECT_EQ(found.tx_packets + dropped(found, Drop::queue_full), put);
  EXPECT_GT(after, 50U);
  EXPECT_LE(after, 400U);
}

TEST_P(TlsChannelTest, bounds_what_a_flood_of_requests_costs) {
  auto peer = attached(settings(), GetParam());
  const Bytes payload(1300);
  for (int i = 0; i < 20'000; ++i) peer.send(FrameType::dpd_request, payload);  // and reads nothing
  expect_alive(peer);
  std::size_t answers = 0;
  for (auto received = peer.receive(); received.type == FrameType::dpd_response && !received.nothing;
       received = peer.receive(100ms)) {
    ++answers;
  }
  EXPECT_GT(answers, 20U);
  EXPECT_LT(answers, 20'000U);
}

class KeyUpdateTest : public WorkerTest {};  // TLS 1.3

TEST_F(KeyUpdateTest, goes_on_over_new_keys) {
  auto peer = attached();
  for (std::uint32_t i = 0; i < 500; ++i) {
    if (i % 50 == 0) {
      ASSERT_EQ(peer.connection().key_update(), Step::done);
    }
    const auto up = make_packet({.from = peer4, .to = host4, .number = i});
    const auto down = make_packet({.from = host4, .to = peer4, .number = i});
    peer.send(FrameType::data, up);
    ASSERT_EQ(tun_.take(), up);
    tun_.put(down);
    ASSERT_EQ(peer.receive().payload, down);
  }
}

TEST_F(KeyUpdateTest, takes_new_keys_while_output_waits) {
  auto peer = attached(settings(), {.tcp = false});
  std::uint32_t put = 0;
  while (dropped(counters(), Drop::queue_full) == 0) {
    for (int i = 0; i < 100; ++i, ++put) {
      tun_.put(make_packet({.from = host4, .to = peer4, .size = 1400, .number = put}));
    }
  }
  ASSERT_EQ(peer.connection().key_update(), Step::done);
  expect_alive(peer);
  const auto sent = counters().tx_packets;
  for (std::uint32_t i = 0; i < sent; ++i) ASSERT_EQ(number_of(peer.receive().payload), i);
}

}  // namespace
}  // namespace sallyport::tunnel
