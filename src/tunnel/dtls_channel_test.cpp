// The client's side of DTLS: against a gateway's worker, and against nobody.
#include "tunnel/dtls_channel.hpp"

#include "tunnel/dtls_harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;

// Two workers, a client's and a gateway's, joined by TLS and by UDP.
class BothEnds : public DtlsTest {
 protected:
  BothEnds() {
    std::vector<Descriptor> udp;
    udp.push_back(or_throw(sys::open_udp(Address::Family::v4, 0)));
    client_ =
        or_throw(Worker::start({.tun = client_tun_.worker_end(), .udp = std::move(udp), .gateway = false},
                               [this](Event event) { client_events_.add(std::move(event)); }));
  }

  void connect_ends() {
    auto pair = connect();
    attach(pair, settings());
    auto [socket, connection] = std::move(pair.client).take();
    TunnelSettings all{.id = {1, 1}, .addresses = {prefix("0.0.0.0/0"), prefix("::/0")}, .mtu = 1400};
    client_->post(Attach{all, nullptr, std::move(socket), std::move(connection), {}});
  }
  void begin(std::shared_ptr<const tls::DtlsKeys> keys, const Endpoint& gateway, std::size_t hellos = 6,
             std::chrono::seconds rekey_every = 0s) {
    DtlsSettings with{.keys = std::move(keys),
                      .mtu = 1400,
                      .gateway = gateway,
                      .hellos = hellos,
                      .rekey_every = rekey_every};
    client_->post(OfferDtls{{1, 1}, std::move(with)});
  }
  DtlsReport next_report() { return client_events_.next<DtlsReport>(); }
  // Passes over those that come before it.
  DtlsReport wait_for_report(State state) {
    DtlsReport report;
    for (int i = 0; i < 10; ++i) {
      report = next_report();
      if (report.state == state || HasFailure()) return report;
    }
    ADD_FAILURE() << "it does not come";
    return report;
  }

  void expect_data_both_ways() {
    const auto up = make_packet({.from = peer4, .to = host4, .size = 1400, .number = ++number_});
    client_tun_.put(up);
    EXPECT_EQ(tun_.take(), up);
    const auto down = make_packet({.from = host4, .to = peer4, .size = 1400, .number = ++number_});
    tun_.put(down);
    EXPECT_EQ(client_tun_.take(), down);
  }

  FakeTun client_tun_;
  Events client_events_;
  std::unique_ptr<Worker> client_;
};

class BothEndsAndModes : public BothEnds, public testing::WithParamInterface<Mode> {};
INSTANTIATE_TEST_SUITE_P(Dtls, BothEndsAndModes, testing::Values(Mode::psk, Mode::resumption),
                         [](const auto& mode) { return mode.param == Mode::psk ? "psk" : "resumption"; });

TEST_P(BothEndsAndModes, dtls_comes_up_and_carries_data) {
  const auto keys = new_keys(GetParam());
  offer(keys);
  connect_ends();
  expect_data_both_ways();  // over TLS
  begin(keys, gateway_);
  EXPECT_EQ(next_report().state, State::negotiating);
  const auto up = next_report();
  EXPECT_EQ(up.state, State::up);
  EXPECT_EQ(up.version, "DTLSv1.2");
  EXPECT_EQ(up.peer, gateway_);
  const auto searched = next_report();  // the path's MTU
  EXPECT_EQ(searched.state, State::up);
  EXPECT_EQ(searched.mtu, 1400);
  EXPECT_EQ(next_state(), State::negotiating);
  EXPECT_EQ(next_state(), State::up);
  expect_data_both_ways();
}

TEST_F(BothEnds, without_an_answer_the_client_gives_up_and_data_stays_on_tls) {
  const auto nobody = or_throw(sys::listen_udp({ip("127.0.0.1"), 0}));
  connect_ends();
  const auto start = Clock::now();
  begin(new_keys(), endpoint_of(nobody.number()), 2);
  EXPECT_EQ(next_report().state, State::negotiating);
  expect_data_both_ways();
  EXPECT_EQ(next_report().state, State::given_up);
  EXPECT_GE(Clock::now() - start, 2s);
  EXPECT_LT(Clock::now() - start, 3s);
  expect_data_both_ways();
  int hellos = 0;  // at 0 and 1 s
  auto socket = or_throw(sys::UdpSocket::from(Descriptor(::dup(nobody.number()))));
  for (Bytes buffer(2000); socket.receive(buffer);) ++hellos;
  EXPECT_EQ(hellos, 2);
}

TEST_F(BothEnds, a_closed_port_is_silence) {
  auto gone = or_throw(sys::listen_udp({ip("127.0.0.1"), 0}));
  const auto endpoint = endpoint_of(gone.number());
  gone.close();
  connect_ends();
  begin(new_keys(), endpoint, 2);
  EXPECT_EQ(next_report().state, State::negotiating);
  EXPECT_EQ(next_report().state, State::given_up);
}

TEST_F(BothEnds, a_gateway_with_other_keys_is_given_up) {
  const auto keys = new_keys();
  auto others = *keys;
  others.secret = or_throw(tls::random_secret(32));
  offer(std::make_shared<const tls::DtlsKeys>(others));
  connect_ends();
  begin(keys, gateway_, 2);
  wait_for_report(State::given_up);
  expect_data_both_ways();
}

TEST_F(BothEnds, keys_that_are_too_old_are_told_once) {
  const auto keys = new_keys();
  offer(keys);
  connect_ends();
  begin(keys, gateway_, 6, 1s);
  EXPECT_EQ(next_report().state, State::negotiating);
  EXPECT_EQ(next_report().state, State::up);
  const auto up = Clock::now();
  EXPECT_EQ(next_report().state, State::up);  // the path's MTU
  const auto report = client_events_.next<RekeyReport>();
  EXPECT_EQ(report.action, proto::RekeyAction::new_tunnel);
  EXPECT_GE(Clock::now() - up, 900ms);
  expect_data_both_ways();
  EXPECT_TRUE(client_events_.empty());
}

TEST_F(BothEnds, dtls_that_the_gateway_ends_comes_back) {
  const auto keys = new_keys();
  offer(keys);
  connect_ends();
  begin(keys, gateway_);
  wait_for_report(State::up);
  offer(keys);  // anew: the gateway drops what it had
  EXPECT_EQ(wait_for_report(State::none).why, "the other end closed DTLS");
  expect_data_both_ways();
  wait_for_report(State::up);
  expect_data_both_ways();
}

}  // namespace
}  // namespace sallyport::tunnel
