#include "tunnel/from_peers.hpp"

#include "tunnel/harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;

class FromPeersTest : public WorkerTest {};

TEST_F(FromPeersTest, carries_packets_of_both_families) {
  auto peer = attached();
  for (const auto& packet : {make_packet({.from = peer4, .to = host4, .size = 1400}),
                             make_packet({.from = peer6, .to = host6, .size = 1400})}) {
    peer.send(FrameType::data, packet);
    EXPECT_EQ(tun_.take(), packet);
  }
  EXPECT_EQ(counters().rx_packets, 2U);
  EXPECT_EQ(counters().rx_bytes, 2800U);
}

TEST_F(FromPeersTest, lowers_the_mss_of_a_syn) {
  auto peer = attached();
  peer.send(FrameType::data, make_syn(peer4, host4));
  EXPECT_EQ(mss_of(tun_.take()), 1360);
}

TEST_F(FromPeersTest, drops_what_comes_from_a_foreign_source) {
  auto peer = attached();
  peer.send(FrameType::data, make_packet({.from = ip("10.9.0.3"), .to = host4}));
  peer.send(FrameType::data, make_packet({.from = ip("fe80::1"), .to = host6}));
  expect_alive(peer);
  EXPECT_EQ(dropped(counters(), Drop::bad_source), 2U);
}

TEST_F(FromPeersTest, echoes_the_payload_of_a_dpd_request) {
  auto peer = attached();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{1400}, proto::max_cstp_payload}) {
    Bytes payload(size);
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 7);
    peer.send(FrameType::dpd_request, payload);
    const auto answer = peer.receive();
    EXPECT_EQ(answer.type, FrameType::dpd_response);
    EXPECT_EQ(answer.payload, payload);
  }
}

TEST_F(FromPeersTest, ignores_what_needs_no_answer) {
  auto peer = attached();
  peer.send(FrameType::dpd_response, Bytes(10));
  peer.send(FrameType::keepalive);
  peer.send(FrameType::data);                         // empty
  peer.send(static_cast<FrameType>(0x42), Bytes(3));  // unknown
  expect_alive(peer);
  EXPECT_EQ(counters().dropped, Counters().dropped);
}

TEST_F(FromPeersTest, counts_data_that_is_no_packet) {
  auto peer = attached();
  peer.send(FrameType::data, Bytes{0x55, 1, 2});
  auto cut = make_packet({.from = peer4, .to = host4});
  cut.pop_back();
  peer.send(FrameType::data, cut);
  expect_alive(peer);
  EXPECT_EQ(dropped(counters(), Drop::not_ip), 2U);
}

TEST_F(FromPeersTest, reads_frames_however_the_records_are_cut) {
  auto peer = attached();
  const auto first = make_packet({.from = peer4, .to = host4, .number = 1});
  const auto second = make_packet({.from = peer4, .to = host4, .number = 2});
  Bytes both = proto::cstp_frame(FrameType::data, first);
  const auto behind = proto::cstp_frame(FrameType::data, second);
  both.insert(both.end(), behind.begin(), behind.end());
  peer.send_plaintext(both);
  EXPECT_EQ(tun_.take(), first);
  EXPECT_EQ(tun_.take(), second);
  for (const auto byte : both) peer.send_plaintext(ByteView(&byte, 1));
  EXPECT_EQ(tun_.take(), first);
  EXPECT_EQ(tun_.take(), second);
}

TEST_F(FromPeersTest, ends_at_bytes_that_are_no_frame) {
  const Bytes samples[] = {
      to_bytes("hello"),                     // short, no header
      {'S', 'T', 'F', 2, 0, 0, 0, 0},        // magic
      {'S', 'T', 'F', 1, 0, 0, 0, 1},        // last byte
      {'S', 'T', 'F', 1, 0xff, 0xff, 0, 0},  // longer than a record
      {'S', 'T', 'F', 1, 0, 0, 7, 0, 'x'},   // longer than it says
      proto::cstp_frame(FrameType::compressed, make_packet({.from = peer4, .to = host4})),
  };
  std::uint64_t session = 1;
  for (const auto& sample : samples) {
    auto peer = attached(settings({++session, 1}));
    peer.send_plaintext(sample);
    const auto ended = events_.next<Ended>();
    EXPECT_EQ(ended.cause, EndCause::malformed) << ended.why;
    EXPECT_EQ(ended.totals.id, (TunnelId{session, 1}));
    EXPECT_TRUE(peer.receive().closed);  // and no DISCONNECT: a client may come back
  }
}

TEST_F(FromPeersTest, a_malformed_peer_does_not_touch_another) {
  auto good = attached();
  auto with = settings({2, 1});
  with.addresses = {prefix("10.9.0.77")};
  auto bad = attached(with);
  bad.send_plaintext(to_bytes("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(events_.next<Ended>().totals.id.session, 2U);
  expect_alive(good);
}

TEST_F(FromPeersTest, tells_what_a_disconnect_said) {
  auto peer = attached();
  peer.send(FrameType::data, make_packet({.from = peer4, .to = host4}));
  peer.send(FrameType::disconnect, to_bytes("\xb0"
                                            "Aborted by caller"));
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::disconnected);
  EXPECT_EQ(ended.said, (proto::Disconnect{0xb0, "Aborted by caller"}));
  EXPECT_EQ(ended.totals.counters.rx_packets, 1U);
}

TEST_F(FromPeersTest, takes_terminate_for_an_end) {
  auto peer = attached();
  peer.send(FrameType::terminate);
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::disconnected);
  EXPECT_EQ(ended.said, proto::Disconnect());
}

TEST_F(FromPeersTest, only_user_data_counts_as_activity) {
  auto peer = attached();
  const auto begin = totals().tunnels.at(0).last_data;
  peer.send(FrameType::dpd_request);
  peer.receive();
  peer.send(FrameType::data, make_packet({.from = peer4, .to = host4, .protocol = 1}));
  tun_.take();
  EXPECT_EQ(totals().tunnels.at(0).last_data, begin);
  expect_alive(peer);
  EXPECT_GT(totals().tunnels.at(0).last_data, begin);
}

TEST_F(FromPeersTest, drops_and_counts_when_the_interface_is_full) {
  auto peer = attached();
  const auto packet = make_packet({.from = peer4, .to = host4, .size = 1400});
  for (int i = 0; i < 2000; ++i) peer.send(FrameType::data, packet);
  peer.send(FrameType::dpd_request);
  EXPECT_EQ(peer.receive().type, FrameType::dpd_response);
  const auto found = counters();
  EXPECT_GT(dropped(found, Drop::tun_full), 0U);
  EXPECT_EQ(found.rx_packets + dropped(found, Drop::tun_full), 2000U);
}

}  // namespace
}  // namespace sallyport::tunnel
