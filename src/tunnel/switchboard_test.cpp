// Two workers of one interface: whatever the kernel gives to the wrong one arrives all the same.
#include "tunnel/switchboard.hpp"

#include "tunnel/dtls_harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;

class SwitchboardTest : public testing::Test {
 protected:
  static constexpr std::size_t workers = 2;

  SwitchboardTest() {
    std::signal(SIGPIPE, SIG_IGN);
    auto first = or_throw(sys::listen_udp({ip("127.0.0.1"), 0}));
    gateway_ = endpoint_of(first.number());
    std::vector<Descriptor> sockets;
    sockets.push_back(std::move(first));
    sockets.push_back(
        or_throw(sys::listen_udp(gateway_)));  // the kernel shares the clients out by their ports
    for (std::size_t i = 0; i < workers; ++i) {
      std::vector<Descriptor> udp;
      udp.push_back(std::move(sockets[i]));
      workers_.push_back(
          or_throw(Worker::start({.tun = tuns_[i].worker_end(), .udp = std::move(udp), .place = {board_, i}},
                                 [this](Event event) { events_.add(std::move(event)); })));
    }
  }

  static Address inner(std::uint64_t session) {
    return ip("10.9.1.0").plus(static_cast<std::uint32_t>(session));
  }

  Worker& owner_of(std::uint64_t session) { return *workers_[session % workers]; }

  Peer attached(std::uint64_t session) {
    auto pair = connect();
    owner_of(session).post(
        Attach{{.id = {session, 1}, .addresses = {Prefix::host(inner(session))}, .mtu = 1400, .liveness = {}},
               nullptr,
               std::move(pair.server_socket),
               std::move(pair.server),
               {}});
    wait_known(session);
    return std::move(pair.client);
  }
  // Until its worker has it.
  void wait_known(std::uint64_t session) {
    const auto end = Clock::now() + patience;
    while (board_->owner_of(inner(session)) != session % workers && Clock::now() < end) {
      std::this_thread::sleep_for(1ms);
    }
  }

  std::shared_ptr<Switchboard> board_ = std::make_shared<Switchboard>();
  std::array<FakeTun, workers> tuns_;
  Events events_;
  Endpoint gateway_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

TEST_F(SwitchboardTest, a_packet_from_any_queue_reaches_its_session) {
  auto even = attached(2);
  auto odd = attached(3);
  for (std::size_t i = 0; i < workers; ++i) {
    for (auto& [session, peer] : {std::pair<std::uint64_t, Peer&>{2, even}, {3, odd}}) {
      const auto packet =
          make_packet({.from = host4, .to = inner(session), .number = static_cast<std::uint32_t>(i)});
      tuns_[i].put(packet);
      EXPECT_EQ(peer.receive().payload, packet);
    }
  }
}

TEST_F(SwitchboardTest, a_packet_for_nobody_is_dropped_where_it_was_read) {
  auto peer = attached(2);
  tuns_[1].put(make_packet({.from = host4, .to = ip("10.9.2.0")}));
  const auto packet = make_packet({.from = host4, .to = inner(2)});
  tuns_[1].put(packet);
  EXPECT_EQ(peer.receive().payload, packet);
  workers_[1]->post(AskTotals());
  EXPECT_EQ(dropped(events_.next<Totals>().nobody, Drop::no_session), 1U);
}

// Of so many clients some get the wrong worker's socket, whatever the kernel's hash.
TEST_F(SwitchboardTest, dtls_comes_up_at_whichever_socket_its_datagrams_arrive) {
  std::vector<Peer> tls_peers;
  std::vector<std::unique_ptr<DtlsPeer>> peers;
  for (std::uint64_t session = 0; session < 16; ++session) {
    const auto keys = new_keys();
    owner_of(session).post(OfferDtls{{session, 1}, {.keys = keys, .mtu = 1400}});
    tls_peers.push_back(attached(session));
    peers.push_back(std::make_unique<DtlsPeer>(keys, gateway_));
    ASSERT_TRUE(peers.back()->shake_hands());
    EXPECT_EQ(events_.next<DtlsReport>().state, State::negotiating);
    peers.back()->send(FrameType::dpd_request);
    EXPECT_EQ(events_.next<DtlsReport>().state, State::up);
    EXPECT_EQ(peers.back()->receive().type, FrameType::dpd_response);
  }
  for (std::uint64_t session = 0; session < 16; ++session) {
    const auto up = make_packet({.from = inner(session), .to = host4, .number = 7});
    peers[session]->send(FrameType::data, up);
    EXPECT_EQ(tuns_[session % workers].take(), up);
    const auto down = make_packet({.from = host4, .to = inner(session), .number = 8});
    tuns_[(session + 1) % workers].put(down);
    EXPECT_EQ(peers[session]->receive().payload, down);
  }
}

TEST_F(SwitchboardTest, a_client_whose_port_changes_is_found_at_the_other_worker) {
  const auto keys = new_keys();
  owner_of(2).post(OfferDtls{{2, 1}, {.keys = keys, .mtu = 1400}});
  auto tls_peer = attached(2);
  DtlsPeer peer(keys, gateway_);
  ASSERT_TRUE(peer.shake_hands());
  peer.send(FrameType::dpd_request);
  EXPECT_EQ(peer.receive().type, FrameType::dpd_response);
  for (std::uint32_t i = 0; i < 16; ++i) {
    peer.change_port();
    const auto up = make_packet({.from = inner(2), .to = host4, .number = i});
    peer.send(FrameType::data, up);
    ASSERT_EQ(tuns_[0].take(), up);
  }
}

TEST(Switchboard, takes_no_more_than_its_limit_for_one_worker) {
  Switchboard board;
  board.join(0, or_throw(CommandQueue::open()));
  HandedPacket packet{Bytes(1 << 20), 0, {}};
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(board.hand_over(0, packet));
  EXPECT_FALSE(board.hand_over(0, packet));
  board.taken(0, 1 << 20);
  EXPECT_TRUE(board.hand_over(0, packet));
  EXPECT_FALSE(board.hand_over(1, packet));  // there is none
}

TEST(Switchboard, an_owner_who_goes_late_takes_nothing_from_his_successor) {
  Switchboard board;
  const auto address = ip("10.9.0.1");
  board.claim(address, 0);
  board.claim(address, 1);
  board.give_up(address, 0);
  EXPECT_EQ(board.owner_of(address), 1U);
  board.give_up(address, 1);
  EXPECT_EQ(board.owner_of(address), std::nullopt);
}

}  // namespace
}  // namespace sallyport::tunnel
