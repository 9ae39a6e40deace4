#include "tunnel/tls_renewal.hpp"

#include <gtest/gtest.h>

#include "proto/lifetimes.hpp"
#include "tls/private_key.hpp"
#include "tls/private_key_samples.hpp"
#include "tunnel/dtls_harness_test.hpp"
#include "tunnel/dtls_keys.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;
using proto::RekeyAction;

constexpr Rekey renegotiate_each_second{RekeyAction::renegotiate, 1s};

// --- a gateway's worker and a client's

class RenewalBetweenWorkers : public WorkerTest, public testing::WithParamInterface<TlsWish> {
 protected:
  RenewalBetweenWorkers() {
    client_ = or_throw(Worker::start({.tun = client_tun_.worker_end(), .gateway = false},
                                     [this](Event event) { client_events_.add(std::move(event)); }));
  }

  static TunnelSettings client_settings(Rekey rekey) {
    return {.id = {1, 1},
            .addresses = {prefix("0.0.0.0/0"), prefix("::/0")},
            .mtu = 1400,
            .liveness = {},
            .rekey = rekey};
  }
  static TunnelSettings gateway_settings(Rekey rekey) {
    auto with = settings();
    with.rekey = rekey;
    return with;
  }
  void join(Rekey at_client, Rekey at_gateway) {
    auto pair = connect(GetParam());
    attach(pair, gateway_settings(at_gateway));
    auto [socket, connection] = std::move(pair.client).take();
    client_->post(Attach{client_settings(at_client), nullptr, std::move(socket), std::move(connection), {}});
  }
  // Some packets each way, none of which may be lost.
  void carry_data() {
    constexpr std::uint32_t window = 20;
    for (std::uint32_t i = 0; i < window; ++i) {
      client_tun_.put(make_packet({.from = peer4, .to = host4, .size = 1400, .number = number_ + i}));
      tun_.put(make_packet({.from = host4, .to = peer4, .size = 1400, .number = number_ + i}));
    }
    for (std::uint32_t i = 0; i < window; ++i) {
      ASSERT_EQ(number_of(tun_.take()), number_ + i);
      ASSERT_EQ(number_of(client_tun_.take()), number_ + i);
    }
    number_ += window;
  }
  RekeyAction action() const { return GetParam().tls12 ? RekeyAction::renegotiate : RekeyAction::key_update; }

  FakeTun client_tun_;
  Events client_events_;
  std::unique_ptr<Worker> client_;
  std::uint32_t number_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Kinds, RenewalBetweenWorkers, testing::ValuesIn(tls_kinds), name_of_kind);

TEST_P(RenewalBetweenWorkers, renews_keys_while_data_goes_both_ways) {
  const auto begin = Clock::now();
  join({action(), 1s}, {action(), 1s});
  while (client_events_.empty() && Clock::now() - begin < patience) ASSERT_NO_FATAL_FAILURE(carry_data());
  EXPECT_EQ(client_events_.next<RekeyReport>().action, action());
  EXPECT_GE(Clock::now() - begin, 1s);
  if (GetParam().tls12) EXPECT_EQ(events_.next<RekeyReport>().action, action());
  carry_data();
  EXPECT_EQ(counters().dropped, Counters().dropped);
  EXPECT_TRUE(client_events_.empty());
}

class RenewalOverTls12 : public RenewalBetweenWorkers {};
INSTANTIATE_TEST_SUITE_P(Tls12, RenewalOverTls12, testing::Values(TlsWish{.tls12 = true}));

TEST_P(RenewalOverTls12, a_gateway_that_refuses_ends_the_connection) {
  join(renegotiate_each_second, {});
  carry_data();
  const auto ended = client_events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::lost);
  EXPECT_EQ(ended.why, "the gateway refused to renegotiate");
  EXPECT_EQ(events_.next<Ended>().cause, EndCause::lost);
}

TEST_P(RenewalOverTls12, a_new_tunnel_is_asked_for_once) {
  join({RekeyAction::new_tunnel, 1s}, {});
  const auto report = client_events_.next<RekeyReport>();
  EXPECT_EQ(report.action, RekeyAction::new_tunnel);
  EXPECT_EQ(report.why, "");
  carry_data();
  EXPECT_TRUE(client_events_.empty());
}

// --- peers by hand

class Renewal : public WorkerTest {
 protected:
  // A client of TLS 1.2 whose gateway permits a renegotiation, a half of `rekey` being over.
  Peer permitted(Rekey rekey, bool tcp = true) {
    auto with = settings();
    with.rekey = rekey;
    auto peer = attached(with, {.tls12 = true, .tcp = tcp});
    std::this_thread::sleep_until(Clock::now() + std::chrono::milliseconds(rekey.every) / 2 +
                                  20ms);  // the time itself is meant
    return peer;
  }
  // Until a renegotiation of the peer's is over; what else it received meanwhile.
  static std::vector<Peer::Received> renegotiate(Peer& peer) {
    std::vector<Peer::Received> received;
    EXPECT_TRUE(peer.connection().renegotiate());
    while (peer.connection().renegotiating()) {
      auto one = peer.receive(10ms);
      if (!one.nothing) received.push_back(std::move(one));
      if (!received.empty() && received.back().closed) break;
    }
    return received;
  }
};

TEST_F(Renewal, is_refused_before_half_of_the_time) {
  auto with = settings();
  with.rekey = {RekeyAction::renegotiate, 1h};
  auto peer = attached(with, {.tls12 = true});
  expect_alive(peer);
  const auto received = renegotiate(peer);
  ASSERT_FALSE(received.empty());
  EXPECT_EQ(received.back().why, "the gateway refused to renegotiate");
  EXPECT_EQ(events_.next<Ended>().cause, EndCause::lost);
}

// With a frame half written, OpenSSL would take the hello's answer for the rest of it.
TEST_F(Renewal, may_begin_while_the_gateways_output_waits) {
  auto peer = permitted(renegotiate_each_second, false);
  std::uint32_t put = 0;
  while (dropped(counters(), Drop::queue_full) == 0) {
    for (int i = 0; i < 100; ++i, ++put) {
      tun_.put(make_packet({.from = host4, .to = peer4, .size = 1400, .number = put}));
    }
  }
  const auto sent = counters().tx_packets;
  auto received = renegotiate(peer);
  EXPECT_EQ(events_.next<RekeyReport>().action, RekeyAction::renegotiate);
  ASSERT_FALSE(HasFailure());
  while (received.size() < sent) received.push_back(peer.receive());
  for (std::uint32_t i = 0; i < sent; ++i) ASSERT_EQ(number_of(received[i].payload), i);
  expect_alive(peer);
}

TEST_F(Renewal, a_goodbye_is_heard_although_the_gateways_output_waits) {
  auto peer = permitted(renegotiate_each_second);
  while (dropped(counters(), Drop::queue_full) == 0) {
    for (int i = 0; i < 100; ++i) tun_.put(make_packet({.from = host4, .to = peer4, .size = 1400}));
  }
  peer.send(FrameType::disconnect, Bytes{proto::disconnect_reason::user});
  peer.disappear();  // with bytes unread: a reset
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::disconnected) << ended.why;
}

// --- DTLS beside it

class RenewalWithDtls : public DtlsTest {};

// openconnect takes the pre-shared key of the renegotiated connection for its next handshake.
TEST_F(RenewalWithDtls, a_renegotiation_changes_the_pre_shared_key) {
  const auto keys = new_keys();
  offer(keys);
  auto with = settings();
  with.rekey = renegotiate_each_second;
  auto peer = attached(with, {.tls12 = true});
  established(keys);
  std::this_thread::sleep_for(520ms);  // half of the time
  ASSERT_TRUE(peer.connection().renegotiate());
  while (peer.connection().renegotiating()) ASSERT_FALSE(peer.receive(10ms).closed);
  EXPECT_EQ(events_.next<RekeyReport>().action, RekeyAction::renegotiate);
  const auto renewed = or_throw(renegotiated_keys(*keys, peer.connection()));
  EXPECT_FALSE(renewed->secret == keys->secret);
  auto again = new_peer(renewed);
  ASSERT_TRUE(again.shake_hands());
  confirm(again);
  expect_to_peer(again);
}

// --- private keys in a keeper

// Does what is asked, in place of a keeper; or nothing at all.
class KeeperStandIn : public tls::KeyTransport {
 public:
  KeeperStandIn(const tls::PrivateKey& key, std::atomic<int>& asked, bool hangs = false)
      : key_(key), asked_(asked), hangs_(hangs) {}

  bool send(const tls::KeyRequest& request) override {
    ++asked_;
    answer_ = {.id = request.id, .ok = true};
    if (!hangs_) {
      answer_.output =
          Secret(or_throw(key_.sign(request.padding, request.digest, request.salt_length, request.input)));
    }
    return true;
  }
  Result<tls::KeyAnswer> receive() override {
    if (hangs_) return fail(ErrorKind::timeout, "no answer");
    return std::move(answer_);
  }

 private:
  const tls::PrivateKey& key_;
  std::atomic<int>& asked_;
  bool hangs_;
  tls::KeyAnswer answer_;
};

class RenewalWithKeeper : public Renewal {
 protected:
  RenewalWithKeeper() {
    auto pair = authority_.issue({});
    own_library_ = or_throw(tls::Library::open());
    key_.emplace(or_throw(tls::PrivateKey::load(tls::samples::pem_of(*pair.key), *own_library_)));
    at_control_.emplace(*key_, asked_at_control_);
    control_keys_.emplace(*at_control_);
    library_ = or_throw(tls::Library::open(*control_keys_));
    const auto chain =
        or_throw(tls::CertificateChain::parse(tls::test::to_pem(pair.chain.leaf()), library_->context()));
    tls::ServerSettings with;
    with.library = library_->context();
    with.pairs.push_back({chain, or_throw(tls::remote_key(*library_, *chain.leaf().native_public_key(), 0))});
    server_.emplace(or_throw(tls::ServerContext::open(std::move(with))));
  }
  ~RenewalWithKeeper() override {
    worker_.reset();
    server_.reset();
    library_->leave_thread();
  }

  void use_keeper(bool hangs) {
    worker_->post(UseKeeper{std::make_unique<KeeperStandIn>(*key_, asked_, hangs)});
  }
  Peer attach_client(TunnelId id, std::string_view address) {
    static const auto& context = *new tls::ClientContext(tls::test::open_client({}));
    auto [near, far] = tcp_pair();
    auto client = or_throw(
        context.connect("vpn.example.com", tls::test::now, [](const auto&, const auto&) { return true; }));
    auto server = or_throw(server_->accept(tls::test::now));
    SSL_set_max_proto_version(client.native(), TLS1_2_VERSION);
    client.attach(near.number());
    server.attach(far.number());
    while (!client.is_established() || !server.is_established()) {
      EXPECT_NE(client.handshake(), Step::failed) << client.error().text;
      EXPECT_NE(server.handshake(), Step::failed) << server.error().text;
    }
    auto with = settings(id);
    with.addresses = {prefix(address)};
    with.rekey = renegotiate_each_second;
    worker_->post(Attach{std::move(with), library_, std::move(far), std::move(server), {}});
    return {std::move(near), std::move(client)};
  }

  tls::test::Authority authority_;
  std::unique_ptr<tls::Library> own_library_;
  std::optional<tls::PrivateKey> key_;
  std::atomic<int> asked_at_control_ = 0;
  std::atomic<int> asked_ = 0;
  std::optional<KeeperStandIn> at_control_;
  std::optional<tls::RemoteKeys> control_keys_;
  std::shared_ptr<tls::Library> library_;
  std::optional<tls::ServerContext> server_;
};

TEST_F(RenewalWithKeeper, asks_by_the_workers_own_way) {
  use_keeper(false);
  auto peer = attach_client({1, 1}, "10.9.0.2");
  EXPECT_EQ(asked_at_control_, 1);
  std::this_thread::sleep_for(520ms);  // half of the time
  EXPECT_TRUE(renegotiate(peer).empty());
  EXPECT_EQ(events_.next<RekeyReport>().action, RekeyAction::renegotiate);
  expect_alive(peer);
  EXPECT_EQ(asked_at_control_, 1);
  EXPECT_EQ(asked_, 1);
}

TEST_F(RenewalWithKeeper, without_an_answer_only_that_tunnel_ends) {
  use_keeper(true);
  auto peer = attach_client({1, 1}, "10.9.0.2");
  auto other = attach_client({2, 1}, "10.9.0.3");
  std::this_thread::sleep_for(520ms);  // half of the time
  EXPECT_TRUE(renegotiate(peer).back().closed);
  const auto ended = events_.next<Ended>();
  EXPECT_EQ(ended.cause, EndCause::lost);
  EXPECT_EQ(ended.totals.id, (TunnelId{1, 1}));
  use_keeper(false);  // a successor
  EXPECT_TRUE(renegotiate(other).empty());
  EXPECT_EQ(events_.next<RekeyReport>().id, (TunnelId{2, 1}));
  const auto packet = make_packet({.from = host4, .to = ip("10.9.0.3")});
  tun_.put(packet);
  EXPECT_EQ(other.receive().payload, packet);
}

}  // namespace
}  // namespace sallyport::tunnel
