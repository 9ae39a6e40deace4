#include "tunnel/worker.hpp"

#include <gmock/gmock.h>

#include "tunnel/harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;
using testing::HasSubstr;

MATCHER(IsSilentClose, "the end of the connection without a word") {
  return arg.closed && arg.why.find("without a close_notify") != std::string::npos;
}

TEST_F(WorkerTest, a_later_tunnel_replaces_an_earlier_one) {
  auto first = attached(settings({1, 1}));
  expect_alive(first);
  auto second = attached(settings({1, 2}));
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::replaced);
  EXPECT_EQ(ended.totals.id, (TunnelId{1, 1}));
  EXPECT_EQ(ended.totals.counters.rx_packets, 1U);
  EXPECT_THAT(first.receive(), IsSilentClose());
  expect_alive(second);
  const auto packet = make_packet({.from = host4, .to = peer4});
  tun_.put(packet);
  EXPECT_EQ(second.receive().payload, packet);
}

TEST_F(WorkerTest, an_attach_that_comes_too_late_is_dropped) {
  auto second = attached(settings({1, 2}));
  auto first = attached(settings({1, 1}));
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::replaced);
  EXPECT_EQ(ended.totals.id, (TunnelId{1, 1}));
  EXPECT_FALSE(ended.totals.last_data);  // it has carried nothing
  EXPECT_TRUE(first.receive().closed);
  expect_alive(second);
}

TEST_F(WorkerTest, says_disconnect_when_told_to) {
  auto peer = attached();
  worker_->post(End{{1, 1}, proto::Disconnect{0x42, "the session's time is over"}});
  const auto said = peer.receive();
  EXPECT_EQ(said.type, FrameType::disconnect);
  EXPECT_EQ(proto::Disconnect::parse(said.payload), (proto::Disconnect{0x42, "the session's time is over"}));
  const auto end = peer.receive();
  EXPECT_TRUE(end.closed);
  EXPECT_THAT(end.why, testing::Not(HasSubstr("without")));  // a close_notify came
  EXPECT_TRUE(events_.empty());                              // the peer's end is awaited
  peer.disappear();
  EXPECT_EQ(events_.next<Ended>().cause, EndCause::asked);
  EXPECT_TRUE(totals().tunnels.empty());
}

TEST_F(WorkerTest, says_disconnect_also_to_a_peer_that_goes_on_sending) {
  auto peer = attached();
  expect_alive(peer);
  const auto packet = make_packet({.from = peer4, .to = host4, .size = 1400});
  worker_->post(End{{1, 1}, proto::Disconnect{}});
  EXPECT_EQ(peer.receive().type, FrameType::disconnect);
  for (int i = 0; i < 100; ++i) peer.send(FrameType::data, packet);
  EXPECT_TRUE(peer.receive().closed);
  peer.disappear();
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::asked);
  EXPECT_EQ(ended.totals.counters.rx_packets, 1U);  // from before
}

TEST_F(WorkerTest, gives_up_saying_disconnect_to_a_peer_that_does_not_read) {
  auto peer = attached();
  while (dropped(counters(), Drop::queue_full) == 0) {
    for (int i = 0; i < 100; ++i) tun_.put(make_packet({.from = host4, .to = peer4, .size = 1400}));
  }
  const auto begin = Clock::now();
  worker_->post(End{{1, 1}, proto::Disconnect{}});
  EXPECT_EQ(events_.next<Ended>().cause, EndCause::asked);
  EXPECT_GE(Clock::now() - begin, 900ms);
}

TEST_F(WorkerTest, ends_without_a_word_when_told_to) {
  auto peer = attached();
  worker_->post(End{{1, 1}, std::nullopt});
  EXPECT_EQ(events_.next<Ended>().cause, EndCause::asked);
  EXPECT_THAT(peer.receive(), IsSilentClose());
}

TEST_F(WorkerTest, forgets_the_routes_of_a_tunnel_that_ended) {
  auto peer = attached();
  worker_->post(End{{1, 1}, std::nullopt});
  events_.next<Ended>();
  auto with = settings({2, 1});
  with.addresses = {prefix("10.9.0.77")};
  auto other = attached(with);
  tun_.put(make_packet({.from = host4, .to = peer4}));
  tun_.put(make_packet({.from = host4, .to = ip("10.9.0.77")}));
  EXPECT_EQ(other.receive().type, FrameType::data);
  EXPECT_EQ(dropped(totals().nobody, Drop::no_session), 1U);
}

TEST_F(WorkerTest, ignores_the_end_of_an_earlier_tunnel) {
  auto peer = attached(settings({1, 2}));
  worker_->post(End{{1, 1}, std::nullopt});
  worker_->post(End{{7, 1}, std::nullopt});
  expect_alive(peer);
}

TEST_F(WorkerTest, a_new_tunnel_may_come_while_the_old_one_says_goodbye) {
  auto first = attached(settings({1, 1}));
  worker_->post(End{{1, 1}, proto::Disconnect{}});
  auto second = attached(settings({1, 2}));
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.totals.id, (TunnelId{1, 1}));
  EXPECT_EQ(ended.cause, EndCause::asked);
  expect_alive(second);
}

TEST_F(WorkerTest, tells_that_a_connection_was_lost) {
  auto peer = attached();
  peer.disappear();
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::lost);
  EXPECT_THAT(ended.why, HasSubstr("the client closed the connection"));
}

TEST_F(WorkerTest, an_attach_with_a_dead_connection_ends_at_once) {
  auto pair = connect();
  pair.client.disappear();
  attach(pair, settings());
  EXPECT_EQ(events_.next<Ended>().cause, EndCause::lost);
}

TEST_F(WorkerTest, probes_a_silent_peer_and_then_gives_it_up) {
  auto with = settings();
  with.liveness = {.probe_after = 60ms, .probe_every = 30ms, .dead_after = 150ms};
  const auto begin = Clock::now();
  auto peer = attached(with);
  EXPECT_EQ(peer.receive().type, FrameType::dpd_request);
  EXPECT_GE(Clock::now() - begin, 60ms);
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::silent);
  EXPECT_GE(Clock::now() - begin, 150ms);
}

TEST_F(WorkerTest, a_peer_that_answers_probes_lives) {
  auto with = settings();
  with.liveness = {.probe_after = 150ms, .probe_every = 150ms, .dead_after = 1s};
  auto peer = attached(with);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(peer.receive().type, FrameType::dpd_request);
    peer.send(FrameType::dpd_response);
  }
  EXPECT_TRUE(events_.empty());
}

TEST_F(WorkerTest, sends_keepalives_when_it_has_nothing_to_say) {
  auto with = settings();
  with.liveness = {.send_within = 30ms};
  const auto begin = Clock::now();
  auto peer = attached(with);
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(peer.receive().type, FrameType::keepalive);
    EXPECT_GE(Clock::now() - begin, i * 30ms);
  }
}

TEST_F(WorkerTest, serves_both_ends_of_a_tunnel) {
  auto pair = connect();
  attach(pair, settings());
  FakeTun client_tun;
  auto client = or_throw(Worker::start({.tun = client_tun.worker_end()}, [](const Event&) {}));
  auto [socket, connection] = std::move(pair.client).take();
  client->post(Attach{{.id = {1, 1}, .addresses = {prefix("0.0.0.0/0"), prefix("::/0")}, .mtu = 1400},
                      nullptr,
                      std::move(socket),
                      std::move(connection),
                      {}});
  const auto up = make_packet({.from = peer6, .to = host6});
  client_tun.put(up);
  EXPECT_EQ(tun_.take(), up);
  const auto down = make_packet({.from = host6, .to = peer6});
  tun_.put(down);
  EXPECT_EQ(client_tun.take(), down);
}

TEST_F(WorkerTest, closes_a_hundred_tunnels_without_a_word) {
  std::vector<Peer> peers;
  for (std::uint64_t i = 0; i < 100; ++i) {
    auto with = settings({i, 1});
    with.addresses = {or_throw(Prefix::make(peer4.plus(i), 32))};
    with.liveness = proto::Keepalive::Rule::gateway(30s);
    peers.push_back(attached(with));
  }
  for (std::uint32_t i = 0; i < 100; ++i) {
    tun_.put(make_packet({.from = host4, .to = peer4.plus(i), .number = i}));
    EXPECT_EQ(number_of(peers[i].receive().payload), i);
  }
  EXPECT_EQ(totals().tunnels.size(), 100U);
  auto unseen = connect();  // may be attached or not when the worker goes
  attach(unseen, settings({200, 1}));
  worker_.reset();
  for (auto& peer : peers) EXPECT_THAT(peer.receive(), IsSilentClose());
  EXPECT_TRUE(unseen.client.receive().closed);
  EXPECT_TRUE(events_.empty());
}

TEST_F(WorkerTest, names_what_it_tells) {
  EXPECT_EQ(name_of(EndCause::disconnected), "disconnected");
  EXPECT_EQ(name_of(EndCause::asked), "asked");
  EXPECT_EQ(name_of(Drop::not_ip), "not_ip");
  EXPECT_EQ(name_of(Drop::tun_full), "tun_full");
}

}  // namespace
}  // namespace sallyport::tunnel
