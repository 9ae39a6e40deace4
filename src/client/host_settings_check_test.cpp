#include "client/host_settings_check.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "client/host_samples_test.hpp"

namespace sallyport::client {

TEST(HostSettingsCheck, accepts_what_gateways_send) {
  auto settings = sample_settings();
  settings.default_domain = "corp.example lab_1.example";
  settings.split_dns = {"corp.example"};
  settings.banner = "Welcome,\n\"user\"";
  settings.headers = {"X-CSTP-Banner=Gr\xc3\xbc\xc3\x9f Gott"};
  EXPECT_TRUE(check(settings));
  settings.ipv4.reset();
  EXPECT_TRUE(check(settings));
}

TEST(HostSettingsCheck, refuses_what_no_gateway_has_reason_to_send) {
  using Spoil = std::function<void(proto::HostSettings&)>;
  const std::vector<Spoil> spoils{
      [](auto& s) { s.gateway = address("0.0.0.0"); },
      [](auto& s) { s.gateway = address("ff02::1"); },
      [](auto& s) { s.ipv4.reset(), s.ipv6.reset(); },
      [](auto& s) { s.ipv4 = prefix("fd00::1/64"); },
      [](auto& s) { s.ipv6 = prefix("10.0.0.1/8"); },
      [](auto& s) { s.ipv4 = prefix("224.0.0.1/8"); },
      [](auto& s) { s.ipv4 = prefix("10.0.0.1/0"); },
      [](auto& s) { s.ipv4 = prefix("127.0.0.1/8"); },
      [](auto& s) { s.ipv6 = prefix("::1/128"); },
      [](auto& s) { s.ipv4 = Prefix::host(s.gateway); },
      [](auto& s) { s.mtu = 0; },
      [](auto& s) { s.dns.assign(65, address("10.0.0.1")); },
      [](auto& s) { s.dns = {address("::")}; },
      [](auto& s) { s.nbns.assign(65, address("10.0.0.1")); },
      [](auto& s) { s.split_include.assign(4097, prefix("10.0.0.0/8")); },
      [](auto& s) { s.split_exclude.assign(4097, prefix("10.0.0.0/8")); },
      [](auto& s) { s.split_dns.assign(257, "a.example"); },
      [](auto& s) { s.default_domain = "a.example\nnameserver 6.6.6.6"; },
      [](auto& s) { s.default_domain = "--interface"; },
      [](auto& s) { s.split_dns = {"a;b"}; },
      [](auto& s) { s.banner = std::string("a\0b", 3); },
      [](auto& s) { s.proxy_pac_url = "http://a\r\n"; },
      [](auto& s) { s.headers = {"X-CSTP-Rubbish=\x1b[2J"}; },
      [](auto& s) { s.headers = {"a=1\nLD_PRELOAD=/tmp/x"}; },
      [](auto& s) { s.headers.assign(8193, "a=1"); },
      [](auto& s) { s.idle_timeout = std::chrono::seconds(-1); },
  };
  for (std::size_t i = 0; i < spoils.size(); ++i) {
    auto settings = sample_settings();
    spoils[i](settings);
    const auto checked = check(settings);
    ASSERT_FALSE(checked) << i;
    EXPECT_EQ(checked.error().kind, ErrorKind::malformed);
  }
}

TEST(HostSettingsCheck, a_gateway_has_addresses_of_hosts_and_not_too_many) {
  EXPECT_TRUE(check_gateways({address("192.0.2.1"), address("2001:db8::1")}));
  EXPECT_FALSE(check_gateways({address("192.0.2.1"), address("0.0.0.0")}));
  EXPECT_FALSE(check_gateways(std::vector<Address>(proto::max_gateway_addresses + 1, address("192.0.2.1"))));
}

}  // namespace sallyport::client
