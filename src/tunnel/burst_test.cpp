// How much of a super-packet goes to a peer as one merged datagram.
#include "proto/inner_samples_test.hpp"
#include "sys/udp_batch.hpp"
#include "tunnel/dtls_harness_test.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;
using proto::test::Sample;

class BurstTest : public DtlsTest {
 protected:
  static constexpr std::size_t segment = 1000;
  static constexpr std::size_t segments = 30;

  BurstTest() : DtlsTest({.tun = TunOffload::tcp_and_udp, .udp_gso = true}) {}

  // A client that carries packets of 1400 bytes and reads merged datagrams.
  DtlsPeer merging(const std::shared_ptr<const tls::DtlsKeys>& keys) {
    auto peer = established(keys);
    peer.send(FrameType::dpd_request, Bytes(1400));
    EXPECT_EQ(peer.receive().payload.size(), 1400U);
    EXPECT_TRUE(sys::merge_arriving(peer.socket()));
    return peer;
  }
  // From the kernel, to the peer: a super-packet.
  void put_super_packet(std::size_t count = segments) {
    Sample whole{.payload = segment * count};
    auto packet = whole.packet();
    const auto addresses = packet.begin() + 12;
    std::swap_ranges(addresses, addresses + 4, addresses + 4);
    const auto header = whole.offload(segment).bytes();
    packet.insert(packet.begin(), header.begin(), header.end());
    tun_.put(packet);
  }
  // Bytes, of what is made of one.
  static std::size_t largest_burst(const DtlsPeer& peer) {
    sys::UdpReceiveBatch batch;
    std::size_t largest = 0;
    for (std::size_t left = segments; left > 0 && wait_for(peer.socket().number(), POLLIN);) {
      for (const auto& burst : batch.receive(peer.socket())) {
        largest = std::max(largest, burst.bytes.size());
        left -= std::min(left, burst.bytes.size() / burst.datagram);
      }
    }
    return largest;
  }
  static void send_merged(DtlsPeer& peer) {
    auto both = peer.record(FrameType::keepalive).front();
    const auto size = both.size();
    const auto second = peer.record(FrameType::keepalive).front();
    ASSERT_EQ(second.size(), size);
    both.insert(both.end(), second.begin(), second.end());
    const sys::UdpPath path = peer.path();
    const sys::UdpBurst burst{both, size, &path};
    sys::UdpSendBatch batch;
    ASSERT_EQ(batch.send(peer.socket(), {&burst, 1}).bursts, 1U);
  }
};

TEST_F(BurstTest, is_short_until_the_peer_has_shown_that_it_merges) {
  const auto keys = new_keys();
  offer(keys);
  auto with = settings();
  with.addresses.push_back(Prefix::host(Sample().source()));
  const auto tls_peer = attached(std::move(with));
  auto peer = merging(keys);
  put_super_packet();
  const auto short_burst = largest_burst(peer);
  EXPECT_GT(short_burst, 2 * segment);
  EXPECT_LE(short_burst, 12'000U);
  send_merged(peer);
  EXPECT_EQ(totals().tunnels.size(), 1U);  // the worker has seen it
  put_super_packet();
  EXPECT_GT(largest_burst(peer), segments * segment);
}

TEST_F(BurstTest, a_peer_that_is_given_time_gets_everything_and_is_asked_in_between) {
  const auto keys = new_keys();
  worker_->post(OfferDtls{{1, 1}, {.keys = keys, .mtu = 1400, .paced = true}});
  auto with = settings();
  with.addresses.push_back(Prefix::host(Sample().source()));
  const auto tls_peer = attached(std::move(with));
  auto peer = established(keys);
  peer.send(FrameType::dpd_request, Bytes(1400));
  EXPECT_EQ(peer.receive().payload.size(), 1400U);
  constexpr std::size_t count = 50;  // more than go at once
  std::vector<std::size_t> asked;
  std::size_t packet = 0;
  for (int i = 0; i < 25; ++i) {
    put_super_packet(count);
    for (std::size_t data = 0; data < count;) {
      const auto got = peer.receive();
      ASSERT_FALSE(got.nothing);
      if (got.type == FrameType::data) {
        packet = got.payload.size();
        ++data;
      } else {
        asked.push_back(got.payload.size());
      }
    }
  }
  EXPECT_EQ(asked, std::vector{packet});
}

}  // namespace
}  // namespace sallyport::tunnel
