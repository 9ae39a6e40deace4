#include "proto/connect_reply.hpp"

#include <gtest/gtest.h>

#include "test/fuzz/header_lines.hpp"

namespace sallyport::proto {

namespace {

using std::chrono::seconds;

// Sent by ocserv 1.1.6.
constexpr std::string_view ocserv =
    "X-CSTP-Version: 1\nX-CSTP-Server-Name: ocserv 1.1.6\nX-CSTP-Hostname: vm\nX-CSTP-DPD: 40\n"
    "X-CSTP-Default-Domain: example.com\nX-CSTP-Address: 192.168.77.50\nX-CSTP-Netmask: 255.255.255.0\n"
    "X-CSTP-Address-IP6: fd77:1:0:8e4f:9a7c:c09f:b76e:58ef/64\nX-CSTP-DNS: 192.168.77.1\nX-CSTP-DNS: "
    "fd77:1::53\n"
    "X-CSTP-Split-DNS: corp.example.com\nX-CSTP-Split-Include: 10.20.0.0/255.255.0.0\n"
    "X-CSTP-Split-Include-IP6: fd88::/32\nX-CSTP-Tunnel-All-DNS: false\nX-CSTP-Client-Bypass-Protocol: "
    "false\n"
    "X-CSTP-Split-Exclude: 10.20.5.0/255.255.255.0\nX-CSTP-Keepalive: 300\nX-CSTP-Idle-Timeout: none\n"
    "X-CSTP-Smartcard-Removal-Disconnect: true\nX-CSTP-Rekey-Time: 172799\nX-CSTP-Rekey-Method: ssl\n"
    "X-CSTP-Session-Timeout: 0\nX-CSTP-Session-Timeout-Remaining: 0\nX-CSTP-Disconnected-Timeout: none\n"
    "X-CSTP-Keep: true\nX-CSTP-TCP-Keepalive: true\nX-CSTP-License: accept\nX-DTLS-DPD: 40\nX-DTLS-Port: "
    "443\n"
    "X-DTLS-Rekey-Time: 172809\nX-DTLS-Rekey-Method: ssl\nX-DTLS-Keepalive: 300\n"
    "X-DTLS-App-ID: 1115fb51376377c000d89af787636dbd0fba2e657e93c801779ef9325b177bc1\n"
    "X-DTLS-CipherSuite: PSK-NEGOTIATE\nX-CSTP-Base-MTU: 1500\nX-CSTP-MTU: 1434\nX-CSTP-Banner: Welcome\n";

// The least that openconnect takes.
constexpr std::string_view minimal =
    "X-CSTP-Version: 1\nX-CSTP-Address: 192.168.77.9\nX-CSTP-Netmask: 255.255.255.0\nX-CSTP-MTU: 1300\n";

Result<ConnectReply> minimal_with(std::string_view lines) {
  return ConnectReply::parse(header_lines(std::string(minimal) + std::string(lines)));
}

ConnectReply full_reply() {
  ConnectReply reply;
  reply.server_name = "sallyport";
  reply.hostname = "vm";
  reply.assign(*Prefix::parse("10.20.0.5/16"), true);
  reply.assign(*Prefix::parse("fd20::5/64"), true);
  reply.dns = {*Address::parse("10.20.0.1")};
  reply.dns6 = {*Address::parse("fd20::1")};
  reply.nbns = {*Address::parse("10.20.0.3")};
  reply.default_domain = "example.com";
  reply.split_dns = {"a.example", "b.example"};
  reply.split_include = {*Prefix::parse("10.0.0.0/8"), *Prefix::parse("192.0.2.1/32")};
  reply.split_include6 = {*Prefix::parse("fd00::/8")};
  reply.split_exclude = {*Prefix::parse("0.0.0.0/32")};
  reply.tunnel_all_dns = reply.client_bypass = reply.dynamic_dns = true;
  reply.dpd = reply.dtls_dpd = seconds(30);
  reply.keepalive = seconds(20);
  reply.idle_timeout = seconds(1800);
  reply.session_timeout = seconds(43200);
  reply.session_remaining = seconds(43100);
  reply.disconnected_timeout = seconds(600);
  reply.rekey_time = seconds(14400);
  reply.rekey_method = RekeyMethod::new_tunnel;
  reply.keep = reply.tcp_keepalive = true;
  reply.quarantine = false;
  reply.license = "accept";
  reply.proxy_pac_url = "http://proxy.example.com/p.pac";
  reply.dtls_port = 443;
  reply.dtls_session_id = Bytes(32, 0xab);
  reply.dtls12_suite = "AES256-GCM-SHA384";
  reply.dtls_mtu = 1434;
  reply.dtls_encoding = reply.cstp_encoding = Encoding::lzs;
  reply.base_mtu = 1500;
  reply.mtu = 1418;
  reply.banner = {"Welcome\nto 100% of %0A"};
  reply.post_auth_xml = "<config-auth/>";
  reply.custom = {{"X-CSTP-Custom", "hello"}};
  return reply;
}

std::size_t place_of(const HeaderList& headers, std::string_view name) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (headers[i].first == name) return i;
  }
  ADD_FAILURE() << name << " is missing";
  return 0;
}

}  // namespace

TEST(ConnectReply, reads_back_what_it_wrote) {
  ConnectReply plain;
  plain.assign(*Prefix::parse("10.20.0.5/32"), false);
  plain.mtu = 1406;
  ConnectReply older = plain;
  older.assign(*Prefix::parse("fd20::5/64"), false);
  older.dtls_app_id = {1, 2, 3};
  for (const auto& reply : {plain, older, full_reply()}) {
    const auto again = ConnectReply::parse(reply.serialize());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, reply);
  }
}

TEST(ConnectReply, reads_ocservs) {
  const auto reply = ConnectReply::parse(header_lines(ocserv));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->server_name, "ocserv 1.1.6");
  EXPECT_EQ(reply->ipv4(), *Prefix::parse("192.168.77.50/24"));
  EXPECT_EQ(reply->ipv6(), *Prefix::parse("fd77:1:0:8e4f:9a7c:c09f:b76e:58ef/64"));
  EXPECT_EQ(reply->dns, (std::vector{*Address::parse("192.168.77.1"), *Address::parse("fd77:1::53")}));
  EXPECT_EQ(reply->split_dns, std::vector<std::string>{"corp.example.com"});
  EXPECT_EQ(reply->split_include, std::vector{*Prefix::parse("10.20.0.0/16")});
  EXPECT_EQ(reply->split_include6, std::vector{*Prefix::parse("fd88::/32")});
  EXPECT_EQ(reply->split_exclude, std::vector{*Prefix::parse("10.20.5.0/24")});
  EXPECT_EQ(reply->dpd, seconds(40));
  EXPECT_EQ(reply->keepalive, seconds(300));
  EXPECT_EQ(reply->idle_timeout, seconds(0));
  EXPECT_EQ(reply->session_timeout, seconds(0));
  EXPECT_EQ(reply->rekey_time, seconds(172799));
  EXPECT_EQ(reply->rekey_method, RekeyMethod::ssl);
  EXPECT_EQ(reply->dtls_port, 443);
  EXPECT_EQ(reply->dtls_app_id.size(), 32U);
  EXPECT_EQ(reply->base_mtu, 1500);
  EXPECT_EQ(reply->mtu, 1434);
  EXPECT_EQ(reply->banner, std::vector<std::string>{"Welcome"});
  EXPECT_TRUE(reply->custom.empty());
  EXPECT_TRUE(reply->ignored.empty());
}

TEST(ConnectReply, writes_ocservs_lines_in_its_order) {
  std::string expected(ocserv);
  expected.replace(expected.find("Session-Timeout: 0"), 18, "Session-Timeout: none");
  expected.erase(expected.find("X-CSTP-Session-Timeout-Remaining: 0\n"), 36);
  EXPECT_EQ(lines_of(ConnectReply::parse(header_lines(ocserv))->serialize()), expected);
}

TEST(ConnectReply, reads_ocservs_resumption_answers) {
  const auto modern = minimal_with(
      "X-DTLS-Port: 443\n"
      "X-DTLS-Session-ID: 5B56AAAC12FC3192B015F3919A0F33F6B6BDC98BB891E28557380DD6F7DED358\n"
      "X-DTLS12-CipherSuite: AES256-GCM-SHA384\nX-DTLS-MTU: 1434\n");
  const auto terms = dtls_terms(*modern, default_dtls_offer(false));
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->suite->version, DtlsVersion::v1_2);
  EXPECT_EQ(terms->suite->openssl_name, "AES256-GCM-SHA384");
  EXPECT_EQ(terms->session_id.size(), 32U);
  EXPECT_EQ(modern->dtls_mtu, 1434);

  const auto old = minimal_with(
      "X-DTLS-Port: 443\n"
      "X-DTLS-Session-ID: 862070bdee1ab0cdfcec7245e2df7536241f36dc5d2d3f8b5df5a1688281c3fe\n"
      "X-DTLS-CipherSuite: AES128-SHA\nX-DTLS-MTU: 1406\n");
  EXPECT_FALSE(dtls_terms(*old, default_dtls_offer(false)));
  EXPECT_EQ(dtls_terms(*old, default_dtls_offer(true))->suite->version, DtlsVersion::v0_9);
}

TEST(ConnectReply, reads_the_anyconnect_style_timeouts_and_custom_headers) {
  const auto reply = minimal_with(
      "X-CSTP-Idle-Timeout: 600\nX-CSTP-MSIE-Proxy-Pac-URL: http://proxy.example.com/alice.pac\n"
      "X-CSTP-Session-Timeout: 12\nX-CSTP-Session-Timeout-Remaining: 12\nX-CSTP-Custom: hello-alice-staff\n"
      "X-Other: 1\n");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->idle_timeout, seconds(600));
  EXPECT_EQ(reply->proxy_pac_url, "http://proxy.example.com/alice.pac");
  EXPECT_EQ(reply->session_timeout, seconds(12));
  EXPECT_EQ(reply->session_remaining, seconds(12));
  EXPECT_EQ(reply->custom, (HeaderList{{"X-CSTP-Custom", "hello-alice-staff"}}));
}

TEST(ConnectReply, takes_the_least_that_openconnect_takes_in_any_case) {
  const auto reply = ConnectReply::parse(header_lines(to_lower(minimal)));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->ipv4(), *Prefix::parse("192.168.77.9/24"));
  EXPECT_EQ(reply->ipv6(), std::nullopt);
  EXPECT_EQ(reply->mtu, 1300);
  EXPECT_EQ(dtls_terms(*reply, default_dtls_offer(true)).error().text, "the gateway offered no DTLS port");
}

TEST(ConnectReply, an_address_on_reconnect_is_compared_as_a_value) {
  const auto before = ConnectReply::parse(header_lines(ocserv));
  const auto after = minimal_with("X-CSTP-Address: 192.168.77.50\n");
  EXPECT_NE(before->ipv4(), after->ipv4());
  EXPECT_EQ(before->ipv4(), ConnectReply::parse(header_lines(ocserv))->ipv4());
}

TEST(ConnectReply, an_older_client_gets_ipv6_as_a_second_pair) {
  ConnectReply reply;
  reply.assign(*Prefix::parse("10.20.0.5/16"), false);
  reply.assign(*Prefix::parse("fd20::5/64"), false);
  const auto lines = lines_of(reply.serialize());
  EXPECT_NE(lines.find("X-CSTP-Address: 10.20.0.5\nX-CSTP-Address: fd20::5\n"
                       "X-CSTP-Netmask: 255.255.0.0\nX-CSTP-Netmask: fd20::/64\n"),
            std::string::npos)
      << lines;
  EXPECT_EQ(reply.ipv6(), *Prefix::parse("fd20::5/64"));
}

TEST(ConnectReply, both_spellings_of_the_pac_url_are_sent) {
  const auto headers = full_reply().serialize();
  place_of(headers, "X-CSTP-MSIE-Proxy-PAC-URL");
  place_of(headers, "X-CSTP-MSIE-Proxy-Pac-URL");
}

TEST(ConnectReply, the_remaining_time_comes_after_every_other_header_about_the_end) {
  auto reply = full_reply();
  reply.lease_duration = seconds(1209600);
  const auto headers = reply.serialize();
  const auto last = place_of(headers, "X-CSTP-Session-Timeout-Remaining");
  EXPECT_LT(place_of(headers, "X-CSTP-Session-Timeout"), last);
  EXPECT_LT(place_of(headers, "X-CSTP-Lease-Duration"), last);
}

TEST(ConnectReply, absent_limits_say_none) {
  const auto lines = lines_of(ConnectReply().serialize());
  for (const char* name : {"Idle-Timeout", "Session-Timeout", "Disconnected-Timeout"}) {
    EXPECT_NE(lines.find("X-CSTP-" + std::string(name) + ": none\n"), std::string::npos) << name;
  }
}

TEST(ConnectReply, a_bad_inner_address_or_no_mtu_is_an_error) {
  EXPECT_FALSE(minimal_with("X-CSTP-Address: 10.0.0.256\n"));
  EXPECT_FALSE(minimal_with("X-CSTP-Netmask: 255.0.255.0\n"));
  EXPECT_FALSE(minimal_with("X-CSTP-Address-IP6: fd00::1/129\n"));
  EXPECT_FALSE(minimal_with("X-CSTP-MTU: many\n"));
  EXPECT_FALSE(minimal_with("X-CSTP-Content-Encoding: lz4\n"));
  EXPECT_EQ(ConnectReply::parse({{"X-CSTP-MTU", "1400"}}).error().text, "the gateway gave no inner address");
  EXPECT_EQ(ConnectReply::parse({{"X-CSTP-Address", "10.0.0.1"}}).error().text, "the gateway gave no MTU");
  EXPECT_TRUE(ConnectReply::parse({{"X-CSTP-Address", "10.0.0.1"}, {"X-DTLS-MTU", "1400"}}));
}

TEST(ConnectReply, a_bad_dtls_header_switches_dtls_off_with_a_reason) {
  for (const char* line : {"X-DTLS-Session-ID: abcd\n", "X-DTLS-App-ID: xyz\n", "X-DTLS-Port: 65536\n",
                           "X-DTLS-MTU: x\n", "X-DTLS-Content-Encoding: zip\n"}) {
    const auto reply = minimal_with(
        "X-DTLS-CipherSuite: PSK-NEGOTIATE\nX-DTLS-Port: 443\nX-DTLS-App-ID: 01\n" + std::string(line));
    ASSERT_TRUE(reply) << line;
    const auto terms = dtls_terms(*reply, default_dtls_offer(false));
    ASSERT_FALSE(terms) << line;
    EXPECT_EQ(terms.error().text, reply->dtls_problem);
    EXPECT_EQ(reply->ignored.size(), 1U);
    EXPECT_TRUE(reply->dtls_problem.starts_with(reply->ignored[0])) << reply->dtls_problem;
  }
}

TEST(ConnectReply, dtls_needs_a_cipher_that_was_offered_and_an_id) {
  const auto offer = default_dtls_offer(false);
  const std::string port = "X-DTLS-Port: 443\n";
  EXPECT_FALSE(dtls_terms(*minimal_with(port), offer));
  EXPECT_FALSE(dtls_terms(*minimal_with(port + "X-DTLS-CipherSuite: PSK-NEGOTIATE\n"), offer));
  EXPECT_FALSE(dtls_terms(*minimal_with(port + "X-DTLS-CipherSuite: NEW\nX-DTLS-App-ID: 01\n"), offer));
  const auto psk = minimal_with(port + "X-DTLS-CipherSuite: PSK-NEGOTIATE\nX-DTLS-App-ID: 0102\n");
  EXPECT_FALSE(dtls_terms(*psk, {.dtls = {}, .dtls12 = offer.dtls12}));
  const auto terms = dtls_terms(*psk, offer);
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->suite->mode, DtlsMode::psk);
  EXPECT_EQ(terms->session_id, (Bytes{1, 2}));
}

TEST(ConnectReply, an_unknown_rekey_method_is_none_and_hurts_nothing) {
  const auto reply = minimal_with("X-CSTP-Rekey-Method: magic\nX-DTLS-Rekey-Method: magic\n");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->rekey_method, RekeyMethod::none);
  EXPECT_TRUE(reply->dtls_problem.empty());
}

TEST(ConnectReply, other_senseless_values_are_named_and_skipped) {
  const auto reply = minimal_with("X-CSTP-DNS: nonsense\nX-CSTP-DNS: 10.0.0.1\nX-CSTP-DPD: soon\n");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->dns, std::vector{*Address::parse("10.0.0.1")});
  EXPECT_EQ(reply->ignored, (std::vector<std::string>{"X-CSTP-DNS", "X-CSTP-DPD"}));
}

TEST(ConnectReply, nothing_in_a_reply_can_start_a_new_header) {
  auto reply = full_reply();
  reply.banner = {"a\r\nX-Evil: 1"};
  reply.post_auth_xml = "<a>\r\n</a>";
  reply.default_domain = "x\r\nX-Evil: 1";
  reply.custom = {{"X-CSTP-Custom", "y\r\nX-Evil: 1"}};
  for (const auto& [name, value] : reply.serialize()) {
    EXPECT_EQ(value.find_first_of("\r\n"), std::string::npos) << name;
  }
  EXPECT_EQ(ConnectReply::parse(reply.serialize())->banner, reply.banner);
}

}  // namespace sallyport::proto
