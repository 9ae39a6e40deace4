#include "tunnel/tun_writer.hpp"

#include <list>

#include <sys/timerfd.h>

#include "proto/inner_samples_test.hpp"
#include "tls/batched_output.hpp"
#include "tunnel/dtls_channel.hpp"
#include "tunnel/flow_queue.hpp"
#include "tunnel/harness_test.hpp"
#include "tunnel/tunnel.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;
using proto::test::Sample;

class TunWriterTest : public testing::Test {
 protected:
  TunWriterTest() {
    auto pair = connect();
    tunnel_ = std::make_unique<Tunnel>(Attach{{.id = {1, 1}, .addresses = {}, .mtu = 1400, .liveness = {}},
                                              nullptr,
                                              std::move(pair.server_socket),
                                              std::move(pair.server),
                                              {}},
                                       buffers_, proto::Time());
  }

  // Two segments and what does not fit behind them.
  void give_three(TunWriter& writer) {
    const Sample first{.payload = 1000};
    for (const auto& sample : {first, first.following(1000), Sample{.tcp = false, .payload = 300}}) {
      packets_.push_back(sample.packet());
      writer.give(*tunnel_, packets_.back(), *proto::parse_inner_packet(packets_.back()), {});
    }
    writer.flush({});
  }
  std::size_t given() const {
    std::size_t bytes = 0;
    for (const auto& packet : packets_) bytes += packet.size();
    return bytes;
  }

  FakeTun tun_;
  tls::OutputBuffers buffers_;
  std::unique_ptr<Tunnel> tunnel_;
  std::list<Bytes> packets_;
};

TEST_F(TunWriterTest, writes_a_flows_packets_as_one) {
  TunQueue queue(tun_.worker_end(), true);
  TunWriter writer(queue, true);
  give_three(writer);
  const auto merged = tun_.take();
  const auto header = proto::VnetHeader::from(merged);
  EXPECT_EQ(header.gso_type, proto::VnetHeader::tcp4);
  EXPECT_EQ(header.segment_size, 1000);
  EXPECT_EQ(merged.size(), proto::vnet_header_size + packets_.front().size() + 1000);
  const auto alone = tun_.take();
  EXPECT_EQ(alone.size(), proto::vnet_header_size + packets_.back().size());
  EXPECT_EQ(tunnel_->counters.rx_packets, 3U);
  EXPECT_EQ(tunnel_->counters.rx_bytes, given());
}

TEST_F(TunWriterTest, writes_them_one_by_one_without_a_header) {
  TunQueue queue(tun_.worker_end(), false);
  TunWriter writer(queue, true);
  EXPECT_FALSE(writer.merges_tcp() || writer.merges_udp());
  give_three(writer);
  for (const auto& packet : packets_) EXPECT_EQ(tun_.take(), packet);
}

// A timer takes nothing that is written to it, and says so as a kernel does that refuses a header.
TEST_F(TunWriterTest, a_kernel_that_refuses_what_is_merged_is_not_given_it_again) {
  Descriptor refusing(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  TunQueue queue(std::move(refusing), true);
  TunWriter writer(queue, true);
  EXPECT_TRUE(writer.merges_tcp() && writer.merges_udp());
  give_three(writer);
  EXPECT_FALSE(writer.merges_tcp());
  EXPECT_TRUE(writer.merges_udp());  // nothing of it was merged yet
  EXPECT_EQ(tunnel_->counters.rx_packets, 0U);
  EXPECT_EQ(tunnel_->counters.rx_bytes, 0U);
  EXPECT_EQ(dropped(tunnel_->counters, Drop::not_ip), 3U);
}

}  // namespace
}  // namespace sallyport::tunnel
