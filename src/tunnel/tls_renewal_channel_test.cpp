// TlsRenewal on a channel by hand, with a clock of the test's.
#include <gmock/gmock.h>

#include "tls/batched_output.hpp"
#include "tunnel/harness_test.hpp"
#include "tunnel/tls_renewal.hpp"

namespace sallyport::tunnel {
namespace {

using namespace test;
using proto::RekeyAction;
using testing::HasSubstr;

constexpr Rekey renegotiate_each_hour{RekeyAction::renegotiate, 1h};

class RenewalOfChannel : public testing::Test {
 protected:
  RenewalOfChannel() : pair_(connect({.tls12 = true})) {}

  tls::OutputBuffers buffers_;
  TlsPair pair_;
  proto::Time start_{100h};
};

TEST_F(RenewalOfChannel, the_gateway_waits_ten_seconds_for_the_client) {
  TlsChannel channel(nullptr, std::move(pair_.server_socket), std::move(pair_.server), buffers_);
  TlsRenewal renewal(renegotiate_each_hour, channel, start_);
  EXPECT_EQ(renewal.next(), start_ + 30min);
  EXPECT_EQ(renewal.look(start_ + 30min), TlsRenewal::News::none);
  EXPECT_EQ(renewal.next(), proto::Time::max());
  ASSERT_TRUE(pair_.client.connection().renegotiate());
  EXPECT_TRUE(pair_.client.receive(0ms).nothing);  // the hello leaves
  ASSERT_TRUE(wait_for(channel.socket(), POLLIN));
  Bytes record(proto::max_cstp_frame);
  std::size_t record_size = 0;
  EXPECT_EQ(channel.read_record(record, record_size), Step::want_read);
  EXPECT_EQ(renewal.look(start_ + 31min), TlsRenewal::News::none);
  EXPECT_EQ(renewal.next(), start_ + 31min + 10s);
  EXPECT_EQ(renewal.look(start_ + 31min + 9s), TlsRenewal::News::none);
  EXPECT_EQ(renewal.look(start_ + 31min + 10s), TlsRenewal::News::overdue);
  EXPECT_EQ(renewal.why(), "the client did not finish a renegotiation in time");
}

TEST_F(RenewalOfChannel, the_gateway_refuses_again_until_the_next_half_has_passed) {
  TlsChannel channel(nullptr, std::move(pair_.server_socket), std::move(pair_.server), buffers_);
  TlsRenewal renewal(renegotiate_each_hour, channel, start_);
  Bytes record(proto::max_cstp_frame);
  std::size_t record_size = 0;
  const auto renegotiate = [&] {
    EXPECT_TRUE(pair_.client.connection().renegotiate());
    Peer::Received last;
    while (pair_.client.connection().renegotiating() && !last.closed) {
      last = pair_.client.receive(1ms);
      channel.read_record(record, record_size);
    }
    return last.why;
  };
  EXPECT_EQ(renewal.look(start_ + 30min), TlsRenewal::News::none);
  EXPECT_EQ(renegotiate(), "");
  EXPECT_EQ(renewal.look(start_ + 40min), TlsRenewal::News::renewed);
  EXPECT_EQ(renewal.next(), start_ + 70min);
  EXPECT_EQ(renewal.look(start_ + 70min), TlsRenewal::News::none);
  EXPECT_EQ(renegotiate(), "");
  EXPECT_EQ(renewal.look(start_ + 80min), TlsRenewal::News::renewed);
  EXPECT_EQ(renewal.look(start_ + 109min), TlsRenewal::News::none);
  EXPECT_EQ(renegotiate(), "the gateway refused to renegotiate");
}

TEST_F(RenewalOfChannel, the_client_waits_fifteen_seconds_for_the_gateway) {
  auto [socket, connection] = std::move(pair_.client).take();
  TlsChannel channel(nullptr, std::move(socket), std::move(connection), buffers_);
  TlsRenewal renewal(renegotiate_each_hour, channel, start_);
  EXPECT_EQ(renewal.next(), start_ + 1h);
  EXPECT_EQ(renewal.look(start_ + 1h), TlsRenewal::News::begun);
  EXPECT_EQ(renewal.look(start_ + 1h), TlsRenewal::News::none);
  EXPECT_EQ(renewal.next(), start_ + 1h + 15s);
  EXPECT_EQ(renewal.look(start_ + 1h + 15s), TlsRenewal::News::new_tunnel);
  EXPECT_EQ(renewal.why(), "the keys could not be renewed in time");
  EXPECT_EQ(renewal.next(), proto::Time::max());
  EXPECT_EQ(renewal.look(start_ + 9h), TlsRenewal::News::none);
}

TEST_F(RenewalOfChannel, where_it_cannot_renegotiate_the_client_asks_for_a_new_tunnel) {
  auto tls13 = connect();
  auto [socket, connection] = std::move(tls13.client).take();
  TlsChannel channel(nullptr, std::move(socket), std::move(connection), buffers_);
  TlsRenewal renewal(renegotiate_each_hour, channel, start_);
  EXPECT_EQ(renewal.look(start_ + 1h), TlsRenewal::News::new_tunnel);
  EXPECT_THAT(renewal.why(), HasSubstr("only up to TLS 1.2"));
}

TEST_F(RenewalOfChannel, a_key_update_waits_until_no_frame_is_half_written) {
  auto tls13 = connect({.tcp = false});
  auto [socket, connection] = std::move(tls13.client).take();
  TlsChannel channel(nullptr, std::move(socket), std::move(connection), buffers_);
  TlsRenewal renewal({RekeyAction::key_update, 1h}, channel, start_);
  const auto frame = proto::cstp_frame(FrameType::data, Bytes(1400));
  std::size_t sent = 0;
  for (; !channel.is_full(); ++sent) channel.send(frame);
  EXPECT_EQ(renewal.look(start_ + 1h), TlsRenewal::News::none);
  Peer gateway(std::move(tls13.server_socket), std::move(tls13.server));
  for (std::size_t i = 0; i < sent; ++i) {
    ASSERT_EQ(gateway.receive().payload.size(), 1400U);
    channel.flush();
  }
  EXPECT_EQ(renewal.look(start_ + 1h), TlsRenewal::News::renewed);
  EXPECT_EQ(renewal.next(), start_ + 2h);
  channel.send(frame);
  channel.push();
  EXPECT_EQ(gateway.receive().payload.size(), 1400U);
}

}  // namespace
}  // namespace sallyport::tunnel
