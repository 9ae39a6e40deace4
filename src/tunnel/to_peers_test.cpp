#include "tunnel/to_peers.hpp"

#include <ctime>

#include "tunnel/harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;

class ToPeersTest : public WorkerTest {
 protected:
  // The packet that comes out at the peer after `packet` went into the TUN.
  Bytes carried(Peer& peer, const Bytes& packet) {
    tun_.put(packet);
    auto received = peer.receive();
    EXPECT_EQ(received.type, FrameType::data);
    return received.payload;
  }
};

TEST_F(ToPeersTest, carries_packets_of_both_families) {
  auto peer = attached();
  const auto v4 = make_packet({.from = host4, .to = peer4, .size = 1400});
  const auto v6 = make_packet({.from = host6, .to = peer6, .size = 1400});
  EXPECT_EQ(carried(peer, v4), v4);
  EXPECT_EQ(carried(peer, v6), v6);
  EXPECT_EQ(counters().tx_packets, 2U);
  EXPECT_EQ(counters().tx_bytes, 2800U);
}

TEST_F(ToPeersTest, leaves_padding_behind) {
  auto peer = attached();
  const auto packet = make_packet({.from = host4, .to = peer4});
  auto padded = packet;
  padded.resize(padded.size() + 10);
  EXPECT_EQ(carried(peer, padded), packet);
}

TEST_F(ToPeersTest, counts_what_is_nobodys) {
  auto peer = attached();
  tun_.put(make_packet({.from = host4, .to = ip("10.9.0.3")}));
  tun_.put(Bytes{0x50, 1, 2, 3});
  carried(peer, make_packet({.from = host4, .to = peer4}));
  const auto nobody = totals().nobody;
  EXPECT_EQ(dropped(nobody, Drop::no_session), 1U);
  EXPECT_EQ(dropped(nobody, Drop::not_ip), 1U);
}

TEST_F(ToPeersTest, answers_ipv4_with_df_that_is_too_big) {
  auto peer = attached();
  tun_.put(make_packet({.from = host4, .to = peer4, .size = 1401}));
  const auto reply = tun_.take();
  const auto inner = proto::parse_inner_packet(reply);
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->source, peer4);
  EXPECT_EQ(inner->destination, host4);
  EXPECT_EQ(inner->protocol, proto::ip_protocol::icmp);
  EXPECT_EQ(reply[20], 3);
  EXPECT_EQ(reply[21], 4);
  EXPECT_EQ(reply[26] << 8 | reply[27], 1400);
  EXPECT_EQ(dropped(counters(), Drop::too_big), 1U);
}

TEST_F(ToPeersTest, answers_ipv6_that_is_too_big) {
  auto peer = attached();
  tun_.put(make_packet({.from = host6, .to = peer6, .size = 1500}));
  const auto reply = tun_.take();
  const auto inner = proto::parse_inner_packet(reply);
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->source, peer6);
  EXPECT_EQ(inner->protocol, proto::ip_protocol::icmpv6);
  EXPECT_EQ(reply[40], 2);
  EXPECT_EQ(dropped(counters(), Drop::too_big), 1U);
}

TEST_F(ToPeersTest, limits_the_rate_of_its_answers) {
  auto peer = attached();
  const auto start = Clock::now();
  for (int i = 0; i < 40; ++i) tun_.put(make_packet({.from = host4, .to = peer4, .size = 1401}));
  carried(peer, make_packet({.from = host4, .to = peer4}));
  std::size_t answers = 0;
  while (!tun_.take(0ms).empty()) ++answers;
  EXPECT_GE(answers, 10U);
  EXPECT_LE(answers, 11U + static_cast<std::size_t>((Clock::now() - start) / 100ms));
  EXPECT_EQ(dropped(counters(), Drop::too_big), 40U);
}

TEST_F(ToPeersTest, cuts_ipv4_without_df) {
  auto peer = attached();
  tun_.put(make_packet({.from = host4, .to = peer4, .size = 3000, .dont_fragment = false}));
  std::size_t payload = 0;
  for (bool more = true; more;) {
    const auto fragment = peer.receive().payload;
    const auto inner = proto::parse_inner_packet(fragment);
    ASSERT_TRUE(inner);
    EXPECT_LE(fragment.size(), 1400U);
    EXPECT_EQ(inner->fragment_offset, payload);
    payload += inner->size - inner->header_size;
    more = inner->more_fragments;
  }
  EXPECT_EQ(payload, 2980U);
  EXPECT_EQ(dropped(counters(), Drop::too_big), 0U);
}

TEST_F(ToPeersTest, lowers_the_mss_of_a_syn) {
  auto peer = attached();
  EXPECT_EQ(mss_of(carried(peer, make_syn(host4, peer4))), 1360);
  EXPECT_EQ(mss_of(carried(peer, make_syn(host6, peer6))), 1340);
}

TEST_F(ToPeersTest, user_data_keeps_the_session_from_being_idle_but_icmp_does_not) {
  auto peer = attached();
  const auto begin = totals().tunnels.at(0).last_data;
  carried(peer, make_packet({.from = host4, .to = peer4, .protocol = 1}));
  carried(peer, make_packet({.from = host4, .to = peer4, .protocol = 2}));
  carried(peer, make_packet({.from = host6, .to = peer6, .protocol = 58}));
  EXPECT_EQ(totals().tunnels.at(0).last_data, begin);
  carried(peer, make_packet({.from = host4, .to = peer4}));
  EXPECT_GT(totals().tunnels.at(0).last_data, begin);
}

TEST_F(ToPeersTest, outlives_an_interface_that_is_gone) {
  auto peer = attached();
  tun_.close();
  peer.send(FrameType::data, make_packet({.from = peer4, .to = host4}));
  peer.send(FrameType::dpd_request);
  EXPECT_EQ(peer.receive().type, FrameType::dpd_response);
  EXPECT_EQ(dropped(counters(), Drop::tun_full), 1U);
  const auto spent = std::clock();
  EXPECT_TRUE(peer.receive(300ms).nothing);
  EXPECT_LT(std::clock() - spent, CLOCKS_PER_SEC / 10);  // it does not spin
}

}  // namespace
}  // namespace sallyport::tunnel
