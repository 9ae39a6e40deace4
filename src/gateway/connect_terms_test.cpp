#include "gateway/connect_terms.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

Address address(std::string_view text) {
  return *Address::parse(text);
}
Prefix prefix(std::string_view text) {
  return *Prefix::parse(text);
}

proto::GroupPolicy policy() {
  proto::GroupPolicy policy;
  policy.name = "staff";
  policy.banner = "Welcome\nto the office";
  policy.dns = {address("10.20.0.1"), address("fd20::1")};
  policy.default_domain = "example.com";
  policy.split_include = {prefix("10.0.0.0/8"), prefix("fd00::/8")};
  policy.split_exclude = {prefix("10.9.0.0/16")};
  policy.idle_timeout = seconds(1800);
  policy.session_timeout = seconds(43200);
  policy.dpd = seconds(30);
  policy.keepalive = seconds(20);
  policy.rekey = seconds(14400);
  policy.rekey_method = proto::RekeyMethod::ssl;
  return policy;
}

store::Session session(const proto::GroupPolicy& with) {
  store::Session session;
  session.id = 4711;
  session.policy = std::make_shared<proto::GroupPolicy>(with);
  session.ipv4 = address("10.20.0.5");
  session.ipv6 = address("fd20::5");
  return session;
}

ConnectFacts facts() {
  ConnectFacts facts;
  facts.link = {.path_mtu = 1500};
  facts.tls_record = proto::tls13_record;
  facts.tls = {.tls13 = true};
  facts.pool = {"default", prefix("10.20.0.0/16"), prefix("fd20::/64")};
  facts.certificate_hash = "3499865B6FBC3F256663AE699EE75E10BA4ADA3D";
  return facts;
}

proto::ConnectRequest request(std::string agent = "Open AnyConnect VPN Agent v9.01") {
  proto::ConnectRequest request;
  request.user_agent = std::move(agent);
  request.base_mtu = 1500;
  request.mtu = 1390;
  request.families = {true, true};
  request.full_ipv6 = true;
  request.hostname = "laptop";
  return request;
}

std::string header(const proto::ConnectReply& reply, std::string_view name) {
  std::string values;
  for (const auto& [each, value] : reply.serialize()) {
    if (each == name) values += (values.empty() ? "" : " ") + value;
  }
  return values;
}

}  // namespace

TEST(ConnectTerms, say_addresses_routes_and_timers) {
  const auto reply = connect_reply(request(), session(policy()), facts());
  EXPECT_EQ(header(reply, "X-CSTP-Address"), "10.20.0.5");
  EXPECT_EQ(header(reply, "X-CSTP-Netmask"), "255.255.0.0");
  EXPECT_EQ(header(reply, "X-CSTP-Address-IP6"), "fd20::5/64");
  EXPECT_EQ(header(reply, "X-CSTP-Split-Include"), "10.0.0.0/255.0.0.0");
  EXPECT_EQ(header(reply, "X-CSTP-Split-Include-IP6"), "fd00::/8");
  EXPECT_EQ(header(reply, "X-CSTP-Split-Exclude"), "10.9.0.0/255.255.0.0");
  EXPECT_EQ(header(reply, "X-CSTP-Tunnel-All-DNS"), "false");
  EXPECT_EQ(header(reply, "X-CSTP-DPD"), "30");
  EXPECT_EQ(header(reply, "X-CSTP-Keepalive"), "20");
  EXPECT_EQ(header(reply, "X-CSTP-Idle-Timeout"), "1800");
  EXPECT_EQ(header(reply, "X-CSTP-Session-Timeout"), "43200");
  EXPECT_EQ(header(reply, "X-CSTP-Rekey-Time"), "14400");
  EXPECT_EQ(header(reply, "X-CSTP-Rekey-Method"), "ssl");
  EXPECT_EQ(header(reply, "X-CSTP-Hostname"), "laptop");
  EXPECT_EQ(header(reply, "X-DTLS-Port"), "");
}

TEST(ConnectTerms, keys_are_renewed_in_place_only_where_that_works) {
  auto with = facts();
  with.tls = {.tls13 = false, .secure_renegotiation = true};
  EXPECT_EQ(header(connect_reply(request(), session(policy()), with), "X-CSTP-Rekey-Method"), "ssl");
  with.tls.secure_renegotiation = false;
  EXPECT_EQ(header(connect_reply(request(), session(policy()), with), "X-CSTP-Rekey-Method"), "new-tunnel");
  auto never = policy();
  never.rekey = seconds(0);
  EXPECT_EQ(header(connect_reply(request(), session(never), with), "X-CSTP-Rekey-Method"), "");
}

TEST(ConnectTerms, a_full_packet_fits_one_segment) {
  const auto reply = connect_reply(request(), session(policy()), facts());
  EXPECT_EQ(reply.mtu, 1418);
  EXPECT_EQ(reply.base_mtu, 1500);
}

TEST(ConnectTerms, without_dtls_no_header_speaks_of_it) {
  for (const auto& [name, value] : connect_reply(request(), session(policy()), facts()).serialize()) {
    EXPECT_FALSE(name.starts_with("X-DTLS")) << name << ": " << value;
  }
}

TEST(ConnectTerms, the_answer_names_the_suite_as_it_was_offered_and_both_mtus) {
  auto with = facts();
  with.dtls = {proto::find_dtls_suite(proto::SuiteHeader::dtls12, "AES256-GCM-SHA384"), 4443,
               Bytes(32, 0xab)};
  auto reply = connect_reply(request(), session(policy()), with);
  EXPECT_EQ(header(reply, "X-DTLS12-CipherSuite"), "AES256-GCM-SHA384");
  EXPECT_EQ(header(reply, "X-DTLS-CipherSuite"), "");
  EXPECT_EQ(header(reply, "X-DTLS-Session-ID").size(), 64U);
  EXPECT_EQ(header(reply, "X-DTLS-App-ID"), "");
  EXPECT_EQ(header(reply, "X-DTLS-Port"), "4443");
  EXPECT_EQ(header(reply, "X-DTLS-DPD"), "30");
  EXPECT_EQ(header(reply, "X-DTLS-Keepalive"), "20");
  EXPECT_EQ(header(reply, "X-DTLS-MTU"), "1434");
  EXPECT_EQ(header(reply, "X-CSTP-MTU"), "1418");
  EXPECT_EQ(header(reply, "X-DTLS-Rekey-Method"), "");  // the policy says ssl
  with.dtls->suite = proto::find_dtls_suite(proto::SuiteHeader::dtls, "PSK-NEGOTIATE");
  auto renewing = policy();
  renewing.rekey_method = proto::RekeyMethod::new_tunnel;
  reply = connect_reply(request(), session(renewing), with);
  EXPECT_EQ(header(reply, "X-DTLS-CipherSuite"), "PSK-NEGOTIATE");
  EXPECT_EQ(header(reply, "X-DTLS-App-ID").size(), 64U);
  EXPECT_EQ(header(reply, "X-DTLS-Session-ID"), "");
  EXPECT_EQ(header(reply, "X-DTLS-MTU"), "1434");
  EXPECT_EQ(header(reply, "X-DTLS-Rekey-Method"), "new-tunnel");
}

TEST(ConnectTerms, a_suite_with_larger_records_leaves_less_for_packets) {
  auto with = facts();
  with.link.family = Address::Family::v6;
  with.dtls = {proto::find_dtls_suite(proto::SuiteHeader::dtls12, "AES256-SHA"), 443, Bytes(32, 1)};
  const auto mtu = inner_mtu(request(), with);
  EXPECT_EQ(mtu.dtls, 1386);
  EXPECT_EQ(mtu.cstp, 1398);
  with.link.path_mtu = 1382;  // IPv6 would fit into TLS only
  EXPECT_TRUE(proto::carries_ipv6(inner_mtu(request(), with).cstp));
  EXPECT_FALSE(wants_ipv6(request(), with));
}

TEST(ConnectTerms, the_operators_limit_and_the_clients_link_bound_the_mtu) {
  auto limited = facts();
  limited.mtu_limit = 1300;
  limited.dtls = {proto::find_dtls_suite(proto::SuiteHeader::dtls, "PSK-NEGOTIATE"), 443, Bytes(32, 1)};
  EXPECT_EQ(connect_reply(request(), session(policy()), limited).mtu, 1300);
  EXPECT_EQ(connect_reply(request(), session(policy()), limited).dtls_mtu, 1300);
  auto narrow = request();
  narrow.base_mtu = 1400;
  EXPECT_EQ(connect_reply(narrow, session(policy()), facts()).mtu, 1318);
  auto old = request();
  old.base_mtu = 0;
  EXPECT_EQ(connect_reply(old, session(policy()), facts()).mtu, 1390);
}

TEST(ConnectTerms, ipv6_is_withheld_where_it_does_not_fit_or_is_not_asked_for) {
  EXPECT_TRUE(wants_ipv6(request(), facts()));
  auto narrow = facts();
  narrow.link.path_mtu = 1300;
  EXPECT_FALSE(wants_ipv6(request(), narrow));
  auto only4 = request();
  only4.families.ipv6 = false;
  EXPECT_FALSE(wants_ipv6(only4, facts()));
}

TEST(ConnectTerms, a_client_of_the_old_form_gets_ipv6_as_a_second_pair_without_routes) {
  auto old = request();
  old.full_ipv6 = false;
  const auto reply = connect_reply(old, session(policy()), facts());
  EXPECT_EQ(header(reply, "X-CSTP-Address"), "10.20.0.5 fd20::5");
  EXPECT_EQ(header(reply, "X-CSTP-Address-IP6"), "");
  EXPECT_EQ(header(reply, "X-CSTP-Split-Include-IP6"), "");
}

TEST(ConnectTerms, anyconnect_gets_ipv6_resolvers_in_a_header_of_their_own) {
  const auto open = connect_reply(request(), session(policy()), facts());
  EXPECT_EQ(header(open, "X-CSTP-DNS"), "10.20.0.1 fd20::1");
  const auto cisco = connect_reply(request("AnyConnect Windows 4.10.08029"), session(policy()), facts());
  EXPECT_EQ(header(cisco, "X-CSTP-DNS"), "10.20.0.1");
  EXPECT_EQ(header(cisco, "X-CSTP-DNS-IP6"), "fd20::1");
}

TEST(ConnectTerms, without_limits_it_says_none_and_tunnels_all) {
  proto::GroupPolicy open;
  const auto reply = connect_reply(request(), session(open), facts());
  EXPECT_EQ(header(reply, "X-CSTP-Tunnel-All-DNS"), "true");
  EXPECT_EQ(header(reply, "X-CSTP-Session-Timeout"), "none");
  EXPECT_EQ(header(reply, "X-CSTP-Idle-Timeout"), "none");
  EXPECT_EQ(header(reply, "X-CSTP-Session-Timeout-Remaining"), "");
  EXPECT_EQ(header(reply, "X-CSTP-Rekey-Method"), "");
}

TEST(ConnectTerms, what_is_left_of_the_session_is_told_at_each_connect) {
  auto late = session(policy());
  auto then = facts();
  then.now = store::WallTime(seconds(1000));
  late.expires_at = then.now + seconds(600);
  EXPECT_EQ(header(connect_reply(request(), late, then), "X-CSTP-Session-Timeout-Remaining"), "600");
}

TEST(ConnectTerms, the_logins_last_document_comes_again_without_its_token) {
  const auto reply = connect_reply(request(), session(policy()), facts());
  const auto xml = header(reply, "X-CSTP-Post-Auth-XML");
  EXPECT_NE(xml.find("<session-id>4711</session-id>"), std::string::npos);
  EXPECT_NE(xml.find("3499865B6FBC3F256663AE699EE75E10BA4ADA3D"), std::string::npos);
  EXPECT_EQ(xml.find('\n'), std::string::npos);
}

}  // namespace sallyport::gateway
