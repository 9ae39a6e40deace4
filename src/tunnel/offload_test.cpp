// A whole worker whose TUN queue has a vnet header: super-packets on one side, single packets on the other.
#include "proto/inner_samples_test.hpp"
#include "tunnel/dtls_harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;
using proto::VnetHeader;
using proto::test::Sample;

class OffloadTest : public testing::TestWithParam<Sample> {
 protected:
  OffloadTest() {
    std::signal(SIGPIPE, SIG_IGN);
    worker_ = or_throw(Worker::start(
        {.tun = tun_.worker_end(), .udp = {}, .offloads = {.tun = TunOffload::tcp_and_udp, .udp_gso = true}},
        [this](Event event) { events_.add(std::move(event)); }));
    auto pair = connect();
    TunnelSettings settings{.id = {1, 1}, .addresses = {}, .mtu = 1400, .liveness = {}};
    for (const auto& family : {Sample{.v4 = true}, Sample{.v4 = false}}) {
      settings.addresses.push_back(Prefix::host(family.source()));
    }
    worker_->post(
        Attach{std::move(settings), nullptr, std::move(pair.server_socket), std::move(pair.server), {}});
    peer_ = std::make_unique<Peer>(std::move(pair.client));
  }

  // From the kernel, to the peer.
  static Bytes turned_round(Bytes packet) {
    const auto inner = *proto::parse_inner_packet(packet);
    const auto size = inner.is_v4() ? std::ptrdiff_t{4} : std::ptrdiff_t{16};
    const auto source = packet.begin() + (inner.is_v4() ? 12 : 8);
    std::swap_ranges(source, source + size, source + size);
    return packet;
  }
  Counters counters() {
    worker_->post(AskTotals());
    return events_.next<Totals>().tunnels.at(0).counters;
  }

  FakeTun tun_;
  Events events_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<Peer> peer_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, OffloadTest,
                         testing::Values(Sample{.v4 = true, .tcp = true}, Sample{.v4 = false, .tcp = true},
                                         Sample{.v4 = true, .tcp = false}, Sample{.v4 = false, .tcp = false}),
                         [](const auto& info) {
                           return std::string(info.param.tcp ? "Tcp" : "Udp") + (info.param.v4 ? "4" : "6");
                         });

TEST_P(OffloadTest, a_super_packet_reaches_the_peer_as_single_ones) {
  Sample whole = GetParam();
  whole.payload = 4500;
  const auto header = whole.offload(1000).bytes();
  Bytes written(header.begin(), header.end());
  const auto packet = turned_round(whole.packet());
  written.insert(written.end(), packet.begin(), packet.end());
  tun_.put(written);
  std::size_t payload = 0;
  for (const std::size_t size : {1000, 1000, 1000, 1000, 500}) {
    const auto received = peer_->receive();
    ASSERT_EQ(received.type, FrameType::data);
    ASSERT_EQ(received.payload.size(), whole.header_size() + size);
    EXPECT_TRUE(proto::test::checksums_hold(received.payload));
    for (std::size_t i = whole.header_size(); i < received.payload.size(); ++i, ++payload) {
      ASSERT_EQ(received.payload[i], static_cast<std::uint8_t>(payload));
    }
  }
  EXPECT_EQ(counters().tx_packets, 5U);
}

TEST_P(OffloadTest, single_packets_of_the_peer_reach_the_kernel_as_one) {
  Sample next = GetParam();
  // In one record, so that they are read in one turn.
  Bytes frames;
  for (int i = 0; i < 5; ++i) {
    const auto frame = proto::cstp_frame(FrameType::data, next.packet());
    frames.insert(frames.end(), frame.begin(), frame.end());
    next = next.following(1000);
  }
  peer_->send_plaintext(frames);
  const auto merged = tun_.take();
  const auto header = VnetHeader::from(merged);
  EXPECT_EQ(header.gso_type, GetParam().offload(0).gso_type);
  EXPECT_EQ(header.segment_size, 1000);
  EXPECT_EQ(merged.size(), proto::vnet_header_size + GetParam().header_size() + 5000);
  EXPECT_EQ(counters().rx_packets, 5U);
}

}  // namespace
}  // namespace sallyport::tunnel
