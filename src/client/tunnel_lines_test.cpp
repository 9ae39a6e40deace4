#include "client/tunnel_lines.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

TEST(TunnelLines, the_line_for_scripts_names_the_addresses_that_there_are) {
  TunnelFacts facts{or_throw(Prefix::parse("10.20.0.5/16")), std::nullopt, "TLSv1.3",
                    "TLS_AES_256_GCM_SHA384", false};
  EXPECT_EQ(connected_line(facts), "connected 10.20.0.5 tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls none");
  facts.ipv6 = or_throw(Prefix::parse("fd20::5/64"));
  facts.dtls = true;
  EXPECT_EQ(connected_line(facts),
            "connected 10.20.0.5 fd20::5 tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls negotiating");
  EXPECT_EQ(reconnect_line(facts),
            "reconnect 10.20.0.5 fd20::5 tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls negotiating");
}

TEST(TunnelLines, scripts_hear_of_dtls_and_of_another_mtu) {
  tunnel::DtlsReport report;
  report.version = "DTLSv1.2";
  report.cipher = "AES256-GCM-SHA384";
  EXPECT_EQ(dtls_line(report), "dtls up DTLSv1.2 AES256-GCM-SHA384");
  EXPECT_EQ(mtu_line(1418, false), "reconnect mtu 1418 tls");
}

TEST(TunnelLines, statistics_tell_the_drops_only_where_there_are_some) {
  tunnel::Counters counters{.rx_packets = 1, .rx_bytes = 84, .tx_packets = 2, .tx_bytes = 168};
  EXPECT_EQ(statistics_line(counters), "received 1 packets, 84 bytes; sent 2 packets, 168 bytes");
  counters.drop(tunnel::Drop::tun_full);
  EXPECT_EQ(statistics_line(counters), "received 1 packets, 84 bytes; sent 2 packets, 168 bytes; dropped 1 " +
                                           std::string(name_of(tunnel::Drop::tun_full)));
}

}  // namespace
}  // namespace sallyport::client
