#include "tunnel/dtls_port.hpp"

#include <gmock/gmock.h>

#include "tunnel/dtls_harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;

class BothModes : public DtlsTest, public testing::WithParamInterface<Mode> {};
INSTANTIATE_TEST_SUITE_P(Dtls, BothModes, testing::Values(Mode::psk, Mode::resumption),
                         [](const auto& mode) { return mode.param == Mode::psk ? "psk" : "resumption"; });

TEST_P(BothModes, data_goes_over_tls_until_dtls_is_up_then_over_dtls) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  auto tls_peer = attached();
  expect_to_peer(tls_peer);
  auto peer = established(keys);
  expect_to_peer(peer);
  expect_from_peer(peer);
  expect_alive(tls_peer);  // TLS is taken, too
  const auto counted = counters();
  EXPECT_EQ(counted.tx_packets, 2U);
  EXPECT_EQ(counted.rx_packets, 2U);
}

TEST_P(BothModes, a_hello_before_the_tunnel_begins_is_answered_when_it_does) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  auto peer = new_peer(keys);
  for (const auto& datagram : peer.hello()) peer.transmit(datagram);
  EXPECT_TRUE(peer.receive_datagram(50ms).empty());
  const auto tls_peer = attached();
  EXPECT_EQ(next_state(), State::negotiating);
  EXPECT_FALSE(peer.receive_datagram().empty());
}

TEST_P(BothModes, a_dpd_request_is_answered_with_the_same_bytes) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  const Bytes payload(1434, 0x5a);
  peer.send(FrameType::dpd_request, payload);
  const auto answer = peer.receive();
  EXPECT_EQ(answer.type, FrameType::dpd_response);
  EXPECT_EQ(answer.payload, payload);
}

TEST_P(BothModes, a_replayed_hello_disturbs_nothing) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  const auto tls_peer = attached();
  auto peer = new_peer(keys);
  const auto hello = peer.hello();
  ASSERT_TRUE(peer.shake_hands());
  EXPECT_EQ(next_state(), State::negotiating);
  peer.send(FrameType::dpd_request);
  EXPECT_EQ(next_state(), State::up);
  auto stranger = new_peer(keys);
  for (int i = 0; i < 10; ++i) stranger.transmit(hello.at(0));
  EXPECT_TRUE(stranger.receive_datagram(50ms).empty());
  EXPECT_EQ(peer.receive().type, FrameType::dpd_response);
  expect_to_peer(peer);
  expect_from_peer(peer);
}

TEST_P(BothModes, a_second_association_takes_over_once_it_is_finished) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  const auto tls_peer = attached();
  auto first = established(keys);
  auto second = new_peer(keys);
  for (const auto& datagram : second.hello()) second.transmit(datagram);
  EXPECT_FALSE(second.receive_datagram().empty());  // beside the first
  expect_to_peer(first);
  expect_from_peer(first);
  auto third = new_peer(keys);
  ASSERT_TRUE(third.shake_hands());
  confirm(third);
  expect_to_peer(third);
}

TEST_P(BothModes, a_second_association_may_come_from_the_same_port) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  expect_to_peer(peer);
  for (int i = 0; i < 3; ++i) {
    peer.begin_anew(keys);
    ASSERT_TRUE(peer.shake_hands());
    confirm(peer);
    expect_to_peer(peer);
    expect_from_peer(peer);
  }
}

TEST_P(BothModes, a_client_with_another_port_is_followed) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  const auto old_record = peer.record(FrameType::keepalive);
  expect_from_peer(peer);
  peer.change_port();
  for (const auto& datagram : old_record)
    peer.transmit(datagram);  // authentic, but older than what was heard
  expect_from_peer(peer);
  EXPECT_EQ(next_state(), State::up);  // elsewhere
  expect_to_peer(peer);
}

TEST_P(BothModes, the_other_ends_goodbye_sends_data_back_to_tls) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  auto tls_peer = attached();
  auto peer = established(keys);
  peer.dtls().shutdown();
  for (const auto& datagram : peer.dtls().output()) peer.transmit(datagram);
  const auto report = events_.next<DtlsReport>();
  EXPECT_EQ(report.state, State::none);
  EXPECT_EQ(report.why, "the other end closed DTLS");
  expect_to_peer(tls_peer);
  auto again = established(keys);
  expect_to_peer(again);
}

TEST_F(DtlsTest, an_unknown_hello_gets_no_answer) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  auto stranger = new_peer(new_keys());
  for (const auto& datagram : stranger.hello()) stranger.transmit(datagram);
  EXPECT_TRUE(stranger.receive_datagram(50ms).empty());
  EXPECT_EQ(dropped(totals().nobody, Drop::stray), 1U);
}

TEST_F(DtlsTest, garbage_is_counted_and_harms_nobody) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  auto stranger = new_peer(keys);
  std::uint64_t sent = 0;
  for (const int type : {0, 20, 21, 22, 23, 255}) {
    for (const std::size_t size : {1U, 13U, 60U, 1400U}) {
      Bytes junk(size, 0xfe);
      junk[0] = static_cast<std::uint8_t>(type);
      for (auto* one : {&peer, &stranger}) one->transmit(junk);
      sent += 2;
    }
  }
  expect_from_peer(peer);
  EXPECT_EQ(dropped(totals().nobody, Drop::stray), sent);
  expect_to_peer(peer);
  EXPECT_TRUE(stranger.receive_datagram(20ms).empty());
}

TEST_F(DtlsTest, a_forged_record_is_counted_and_passed_over) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  auto forged = peer.record(FrameType::data, make_packet({.from = peer4, .to = host4})).at(0);
  forged.back() ^= 1;
  peer.transmit(forged);
  expect_from_peer(peer);
  EXPECT_EQ(dropped(totals().nobody, Drop::bad_record), 1U);
}

TEST_F(DtlsTest, no_more_than_three_handshakes_of_a_tunnel_go_on_at_once) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  std::vector<DtlsPeer> peers;
  for (int i = 0; i < 4; ++i) {
    peers.push_back(new_peer(keys));
    for (const auto& datagram : peers.back().hello()) peers.back().transmit(datagram);
    EXPECT_EQ(peers.back().receive_datagram(i < 3 ? patience : 50ms).empty(), i == 3) << i;
    if (i < 3) EXPECT_EQ(next_state(), State::negotiating);
  }
  EXPECT_EQ(dropped(counters(), Drop::stray), 1U);
}

TEST_F(DtlsTest, packets_from_addresses_that_are_not_the_peers_are_dropped) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  peer.send(FrameType::data, make_packet({.from = ip("10.9.0.3"), .to = host4}));
  expect_from_peer(peer);
  EXPECT_EQ(dropped(counters(), Drop::bad_source), 1U);
}

TEST_F(DtlsTest, a_packet_that_dtls_does_not_carry_goes_over_tls) {
  const auto keys = new_keys();
  offer(keys);
  auto with = settings();
  with.mtu = 1418;
  auto tls_peer = attached(with);
  auto peer = established(keys);
  peer.send(FrameType::dpd_request, Bytes(1400));  // the path carries that much
  EXPECT_EQ(peer.receive().payload.size(), 1400U);
  const auto large = make_packet({.from = host4, .to = peer4, .size = 1401});
  tun_.put(large);
  EXPECT_EQ(tls_peer.receive().payload, large);
  const auto fits = make_packet({.from = host4, .to = peer4, .size = 1400});
  tun_.put(fits);
  EXPECT_EQ(peer.receive().payload, fits);
}

TEST_F(DtlsTest, what_the_path_has_not_carried_goes_over_tls) {
  const auto keys = new_keys();
  offer(keys);
  auto tls_peer = attached();
  auto peer = established(keys);
  const auto large = make_packet({.from = host4, .to = peer4, .size = 1300});
  tun_.put(large);
  EXPECT_EQ(tls_peer.receive().payload, large);
  peer.send(FrameType::data, make_packet({.from = peer4, .to = host4, .size = 1300}));
  EXPECT_EQ(tun_.take().size(), 1300U);
  tun_.put(large);
  EXPECT_EQ(peer.receive().payload, large);
}

TEST_F(DtlsTest, a_client_that_never_tries_sizes_is_trusted_after_a_while) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  const auto large = make_packet({.from = host4, .to = peer4, .size = 1400});
  const auto begin = Clock::now();
  for (auto got = peer.receive(200ms); got.nothing && Clock::now() - begin < patience;
       got = peer.receive(200ms)) {
    tun_.put(large);
  }
  EXPECT_GE(Clock::now() - begin, 4s);
  EXPECT_LT(Clock::now() - begin, 10s);
}

TEST_F(DtlsTest, data_without_any_answer_goes_back_to_tls) {
  const auto keys = new_keys();
  proto::Keepalive::Rule impatient;
  impatient.unanswered_probe_after = 20ms;
  impatient.unanswered_probe_every = 20ms;
  impatient.unanswered_limit = 200ms;
  offer(keys, {1, 1}, impatient);
  auto tls_peer = attached();
  auto peer = established(keys);
  expect_to_peer(peer);
  EXPECT_EQ(peer.receive().type, FrameType::dpd_request);  // is asked after, and does not answer
  const auto report = events_.next<DtlsReport>();
  EXPECT_EQ(report.state, State::none);
  EXPECT_EQ(report.why, "the other end does not answer");
  expect_to_peer(tls_peer);
  expect_from_peer(peer);  // the path is there again
  EXPECT_EQ(next_state(), State::up);
  while (peer.receive(50ms).type == FrameType::dpd_request) {
  }
  expect_to_peer(peer);
}

TEST_F(DtlsTest, a_peer_whose_data_comes_over_tls_is_answered_over_tls) {
  const auto keys = new_keys();
  offer(keys);
  auto tls_peer = attached();
  auto peer = established(keys);
  const auto from_peer_over_tls = [&] {
    const auto packet = make_packet({.from = peer4, .to = host4, .number = ++number_});
    tls_peer.send(FrameType::data, packet);
    EXPECT_EQ(tun_.take(), packet);
  };
  from_peer_over_tls();  // it was under way when DTLS came up
  expect_to_peer(peer);
  const auto heard = Clock::now();
  while (events_.empty() && Clock::now() < heard + patience) {
    from_peer_over_tls();
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(next_state(), State::none);
  EXPECT_GE(Clock::now() - heard, 1s);
  expect_to_peer(tls_peer);
  expect_from_peer(peer);  // it is back
  EXPECT_EQ(next_state(), State::up);
  expect_to_peer(peer);
}

TEST_F(DtlsTest, a_record_in_front_of_a_captured_one_moves_nobody) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  // A stranger races a record that the client has sent, with one of his own before it.
  auto both = Bytes{23, 0xfe, 0xfd, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 40};
  both.resize(both.size() + 40, 0x5a);
  const auto captured = peer.record(FrameType::keepalive).at(0);
  both.insert(both.end(), captured.begin(), captured.end());
  auto stranger = new_peer(keys);
  stranger.transmit(both);
  expect_from_peer(peer);
  expect_to_peer(peer);
  EXPECT_TRUE(events_.empty());
  peer.change_port();
  expect_from_peer(peer);
  EXPECT_EQ(next_state(), State::up);
  expect_to_peer(peer);
}

TEST_F(DtlsTest, a_stranger_does_not_use_up_the_following_of_others) {
  const auto keys = new_keys();
  offer(keys);
  const auto tls_peer = attached();
  auto peer = established(keys);
  auto elsewhere = or_throw(sys::UdpSocket::from(or_throw(sys::listen_udp({ip("127.0.0.9"), 0}))));
  Bytes junk{23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 40};
  junk.resize(junk.size() + 40, 0x5a);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(elsewhere.send(junk, {gateway_, std::nullopt}), 0);
  peer.change_port();
  expect_from_peer(peer);
  EXPECT_EQ(next_state(), State::up);
}

TEST_F(DtlsTest, the_tunnels_end_is_dtlss_end) {
  const auto keys = new_keys();
  offer(keys);
  auto tls_peer = attached();
  auto peer = established(keys);
  tls_peer.disappear();
  events_.next<Ended>();
  EXPECT_TRUE(peer.receive().closed);
  auto late = new_peer(keys);
  for (const auto& datagram : late.hello()) late.transmit(datagram);
  EXPECT_TRUE(late.receive_datagram(50ms).empty());
  peer.change_port();
}

TEST_F(DtlsTest, a_replaced_tunnels_keys_are_worth_nothing) {
  const auto old_keys = new_keys();
  offer(old_keys);
  const auto first = attached();
  const auto new_ones = new_keys();
  offer(new_ones, {1, 2});
  const auto second = attached(settings({1, 2}));
  events_.next<Ended>();
  auto late = new_peer(old_keys);
  for (const auto& datagram : late.hello()) late.transmit(datagram);
  EXPECT_TRUE(late.receive_datagram(50ms).empty());
  auto peer = established(new_ones);
  expect_to_peer(peer);
}

TEST_F(DtlsTest, an_offer_can_be_taken_back) {
  const auto keys = new_keys();
  offer(keys);
  worker_->post(End{{1, 1}, std::nullopt});
  const auto tls_peer = attached();
  auto peer = new_peer(keys);
  for (const auto& datagram : peer.hello()) peer.transmit(datagram);
  EXPECT_TRUE(peer.receive_datagram(50ms).empty());
}

}  // namespace
}  // namespace sallyport::tunnel
