#include "client/network_settings.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

Address address(std::string_view text) {
  return or_throw(Address::parse(text));
}
Prefix prefix(std::string_view text) {
  return or_throw(Prefix::parse(text));
}

const proto::HeaderList both_families{
    {"X-CSTP-Address", "10.20.0.5"}, {"X-CSTP-Netmask", "255.255.0.0"}, {"X-CSTP-Address-IP6", "fd20::5/64"},
    {"X-CSTP-DNS", "10.20.0.1"},     {"X-CSTP-DNS", "fd20::1"},         {"X-CSTP-DNS-IP6", "fd20::1"},
    {"X-CSTP-MTU", "1418"},          {"Content-Type", "text/html"}};

Result<proto::HostSettings> settings_from(proto::HeaderList more, const ConnectOptions& options = {}) {
  auto headers = both_families;
  headers.insert(headers.end(), more.begin(), more.end());
  const Agreement agreement{or_throw(proto::ConnectReply::parse(headers)), headers, address("192.0.2.1"), ""};
  return network_settings(agreement, interface_mtu(agreement.reply, options), options);
}

TEST(NetworkSettings, take_addresses_resolvers_and_the_mtu) {
  const auto settings = settings_from({});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->gateway, address("192.0.2.1"));
  EXPECT_EQ(settings->ipv4, prefix("10.20.0.5/16"));
  EXPECT_EQ(settings->ipv6, prefix("fd20::5/64"));
  EXPECT_EQ(settings->mtu, 1418);
  EXPECT_EQ(settings->dns, (std::vector{address("10.20.0.1"), address("fd20::1")}));
}

TEST(NetworkSettings, the_interface_begins_with_the_mtu_of_dtls) {
  EXPECT_EQ(settings_from({{"X-DTLS-MTU", "1434"}})->mtu, 1434);
}

TEST(NetworkSettings, the_users_bound_goes_before_the_gateways_mtu) {
  ConnectOptions options;
  options.mtu = 1300;
  EXPECT_EQ(settings_from({{"X-DTLS-MTU", "1434"}}, options)->mtu, 1300);
  options.mtu = 1500;
  EXPECT_EQ(settings_from({}, options)->mtu, 1418);
}

TEST(NetworkSettings, without_ipv6_nothing_of_it_remains) {
  ConnectOptions options;
  options.disable_ipv6 = true;
  const auto settings = settings_from({{"X-CSTP-Split-Include-IP6", "fd88::/32"}}, options);
  EXPECT_FALSE(settings->ipv6);
  EXPECT_EQ(settings->dns, std::vector{address("10.20.0.1")});
  EXPECT_TRUE(settings->split_include.empty());
}

TEST(NetworkSettings, an_interface_too_small_for_ipv6_has_none) {
  ConnectOptions options;
  options.mtu = 1279;
  EXPECT_FALSE(settings_from({}, options)->ipv6);
}

TEST(NetworkSettings, join_the_routes_of_both_families_without_the_local_network) {
  const auto settings = settings_from({{"X-CSTP-Split-Include", "10.0.0.0/255.0.0.0"},
                                       {"X-CSTP-Split-Include-IP6", "fd88::/32"},
                                       {"X-CSTP-Split-Exclude", "0.0.0.0/255.255.255.255"},
                                       {"X-CSTP-Split-Exclude", "10.20.5.0/255.255.255.0"}});
  EXPECT_EQ(settings->split_include, (std::vector{prefix("10.0.0.0/8"), prefix("fd88::/32")}));
  EXPECT_EQ(settings->split_exclude, std::vector{prefix("10.20.5.0/24")});
}

TEST(NetworkSettings, the_script_gets_the_tunnels_headers_but_no_key_material) {
  const auto settings =
      settings_from({{"X-DTLS-App-ID", "00ff"}, {"X-CSTP-Custom", "hello"}, {"X-CSTP-Banner", "Hi"}});
  const auto& lines = settings->headers;
  EXPECT_NE(std::ranges::find(lines, "X-CSTP-Custom=hello"), lines.end());
  EXPECT_EQ(std::ranges::find(lines, "Content-Type=text/html"), lines.end());
  EXPECT_EQ(std::ranges::find(lines, "X-DTLS-App-ID=00ff"), lines.end());
  EXPECT_EQ(settings->banner, "Hi");
}

TEST(NetworkSettings, separate_domains_by_blanks_and_take_control_characters_out) {
  const auto settings = settings_from(
      {{"X-CSTP-Default-Domain", "example.com,example.org"}, {"X-CSTP-Banner", "Hi%0D%0A%1B[2J"}});
  EXPECT_EQ(settings->default_domain, "example.com example.org");
  EXPECT_EQ(settings->banner, "Hi\n?[2J");
}

TEST(NetworkSettings, a_name_that_no_machine_takes_costs_only_itself) {
  const auto settings = settings_from({{"X-CSTP-Default-Domain", "$(id)"},
                                       {"X-CSTP-Split-DNS", "*.corp"},
                                       {"X-CSTP-Split-DNS", "-x"},
                                       {"X-CSTP-Split-DNS", "example.com"}});
  EXPECT_EQ(settings->default_domain, "");
  EXPECT_EQ(settings->split_dns, (std::vector<std::string>{"corp", "example.com"}));
}

TEST(NetworkSettings, without_room_for_all_the_script_goes_without_the_headers) {
  proto::HeaderList many;
  for (int i = 0; i < 1400; ++i) many.emplace_back("X-CSTP-Split-Include-IP6", "2001:db8::/32");
  const auto settings = settings_from(many);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->split_include.size(), 1400U);
  EXPECT_TRUE(settings->headers.empty());
}

TEST(NetworkSettings, too_many_routes_are_refused_in_words) {
  proto::HeaderList many;
  for (int i = 0; i < 4000; ++i) many.emplace_back("X-CSTP-Split-Include-IP6", "2001:db8::/32");
  const auto settings = settings_from(many);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().text, "the gateway gave too many routes and names");
}

}  // namespace
}  // namespace sallyport::client
