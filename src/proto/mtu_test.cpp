#include "proto/mtu.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

constexpr auto v6 = Address::Family::v6;

TunnelMtu gcm(const Link& link, int limit = 0) {
  return tunnel_mtu(link, dtls_aes_gcm, tls13_record, limit);
}

}  // namespace

TEST(Mtu, of_an_ethernet_path) {
  EXPECT_EQ(gcm({.interface_mtu = 1500}), (TunnelMtu{.dtls = 1434, .cstp = 1418}));
  EXPECT_EQ(gcm({.interface_mtu = 1500, .family = v6}), (TunnelMtu{.dtls = 1414, .cstp = 1398}));
}

TEST(Mtu, of_each_cipher) {
  const Link link{.interface_mtu = 1500};
  EXPECT_EQ(tunnel_mtu(link, dtls_chacha20, tls12_chacha20, 0), (TunnelMtu{.dtls = 1442, .cstp = 1419}));
  EXPECT_EQ(tunnel_mtu(link, dtls_cbc_sha1, tls12_aes_gcm, 0), (TunnelMtu{.dtls = 1418, .cstp = 1411}));
  EXPECT_EQ(tunnel_mtu(link, dtls_aes_gcm, tls12_cbc_sha1, 0).cstp, 1395);
  EXPECT_EQ(tunnel_mtu(link, dtls_aes_gcm, tls12_cbc_sha256, 0).cstp, 1383);
  EXPECT_EQ(tunnel_mtu(link, dtls_aes_gcm, tls12_cbc_sha384, 0).cstp, 1367);
}

TEST(Mtu, of_smaller_paths) {
  EXPECT_EQ(gcm({.interface_mtu = 1400}), (TunnelMtu{.dtls = 1334, .cstp = 1318}));
  EXPECT_EQ(gcm({.interface_mtu = 1280}), (TunnelMtu{.dtls = 1214, .cstp = 1198}));
  EXPECT_EQ(gcm({.interface_mtu = 1280, .family = v6}), (TunnelMtu{.dtls = 1194, .cstp = 1178}));
  EXPECT_FALSE(carries_ipv6(gcm({.interface_mtu = 1280}).dtls));
  EXPECT_TRUE(carries_ipv6(gcm({.interface_mtu = 1400}).dtls));
}

TEST(Mtu, the_smallest_of_interface_path_and_peer_counts) {
  EXPECT_EQ(link_mtu({.interface_mtu = 1500, .path_mtu = 1450, .base_mtu = 1400}), 1400);
  EXPECT_EQ(link_mtu({.interface_mtu = 1500, .path_mtu = 1300, .base_mtu = 1400}), 1300);
  EXPECT_EQ(link_mtu({.interface_mtu = 1400, .path_mtu = 9000, .base_mtu = 1500}), 1400);
  EXPECT_EQ(link_mtu({.base_mtu = 16384}), 1500);
}

TEST(Mtu, a_base_mtu_below_1280_is_not_believed) {
  EXPECT_EQ(link_mtu({.interface_mtu = 1500, .base_mtu = 1279}), 1500);
  EXPECT_EQ(link_mtu({.interface_mtu = 1500, .base_mtu = 1280}), 1280);
}

TEST(Mtu, the_operators_limit_clamps_both) {
  EXPECT_EQ(gcm({.interface_mtu = 1500}, 1406), (TunnelMtu{.dtls = 1406, .cstp = 1406}));
  EXPECT_EQ(gcm({.interface_mtu = 1500}, 1420), (TunnelMtu{.dtls = 1420, .cstp = 1418}));
  EXPECT_EQ(gcm({.interface_mtu = 1500}, 9000), (TunnelMtu{.dtls = 1434, .cstp = 1418}));
}

TEST(Mtu, never_below_what_ipv4_needs_nor_beyond_a_record) {
  EXPECT_EQ(gcm({.interface_mtu = 500}), (TunnelMtu{.dtls = 576, .cstp = 576}));
  EXPECT_EQ(gcm({.interface_mtu = 65535}), (TunnelMtu{.dtls = 16383, .cstp = 16383}));
}

TEST(Mtu, a_full_cbc_record_fits_and_the_next_size_does_not) {
  for (int space = 1200; space < 1500; ++space) {
    const int plaintext = plaintext_within(space, dtls_cbc_sha1);
    auto record = [](int size) { return 13 + 16 + (size + 20 + 1 + 15) / 16 * 16; };
    EXPECT_LE(record(plaintext), space);
    EXPECT_GT(record(plaintext + 1), space);
  }
}

TEST(Mtu, the_record_of_a_tls_session_comes_from_its_cipher) {
  EXPECT_EQ(tls_record_cost(true, "TLS_AES_256_GCM_SHA384"), tls13_record);
  EXPECT_EQ(tls_record_cost(false, "ECDHE-RSA-AES256-GCM-SHA384"), tls12_aes_gcm);
  EXPECT_EQ(tls_record_cost(false, "ECDHE-RSA-CHACHA20-POLY1305"), tls12_chacha20);
  EXPECT_EQ(tls_record_cost(false, "AES256-SHA"), tls12_cbc_sha1);
  EXPECT_EQ(tls_record_cost(false, "ECDHE-RSA-AES128-SHA256"), tls12_cbc_sha256);
  EXPECT_EQ(tls_record_cost(false, "ECDHE-RSA-AES256-SHA384"), tls12_cbc_sha384);
}

TEST(Mtu, a_client_wishes_what_openconnect_wishes) {
  EXPECT_EQ(wished_mtu({.interface_mtu = 1500}), 1390);
  EXPECT_EQ(wished_mtu({.interface_mtu = 1500, .family = v6}), 1370);
}

}  // namespace sallyport::proto
