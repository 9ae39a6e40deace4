#include "proto/auth_init.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

// openconnect 9.01-3, protocol appendix A.1: 370 bytes with the line end that libxml2 adds.
constexpr std::string_view openconnect_init =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="init" aggregate-auth-version="2"><version who="vpn">v9.01-3</version>)"
    R"(<device-id>linux-64</device-id><capabilities><auth-method>single-sign-on-v2</auth-method>)"
    R"(<auth-method>single-sign-on-external-browser</auth-method></capabilities>)"
    R"(<group-access>https://vpn.example.com/</group-access></config-auth>)";

AuthInit from_openconnect() {
  return {.client = {.version = "v9.01-3",
                     .platform = "linux-64",
                     .capabilities = {"single-sign-on-v2", "single-sign-on-external-browser"}},
          .group_access = "https://vpn.example.com/"};
}

TEST(AuthInit, is_read_and_written_as_openconnect_does) {
  EXPECT_EQ(AuthInit::parse(openconnect_init).value(), from_openconnect());
  EXPECT_EQ(from_openconnect().serialize(), openconnect_init);
  EXPECT_EQ(openconnect_init.size() + 1, 370U);
}

TEST(AuthInit, of_anyconnect_is_read_with_all_it_says) {
  const auto init = AuthInit::parse(R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="init" aggregate-auth-version="2">
 <version who="vpn">4.10.07061</version>
 <device-id computer-name="PC7" device-type="LENOVO 20XW" platform-version="10.0.19045 "
   unique-id="AB" unique-id-global="CD">win</device-id>
 <mac-address-list><mac-address public-interface="true">00-11-22-33-44-55</mac-address></mac-address-list>
 <group-select>VPN-Users</group-select>
 <group-access>https://asa.example.com</group-access>
 <capabilities><auth-method>multiple-cert</auth-method><auth-method>single-sign-on</auth-method>
  <auth-method>single-sign-on-v2</auth-method></capabilities>
</config-auth>)")
                        .value();
  EXPECT_EQ(init.client.platform, "win");
  EXPECT_EQ(init.client.computer_name, "PC7");
  EXPECT_EQ(init.client.device_type, "LENOVO 20XW");
  EXPECT_EQ(init.client.platform_version, "10.0.19045 ");
  EXPECT_EQ(init.client.unique_id, "AB");
  EXPECT_EQ(init.client.unique_id_global, "CD");
  EXPECT_EQ(init.client.mac_addresses, (std::vector<MacAddress>{{"00-11-22-33-44-55", true}}));
  EXPECT_EQ(init.group_select, "VPN-Users");
  EXPECT_EQ(init.group_access, "https://asa.example.com");
  EXPECT_TRUE(init.client.has_capability("multiple-cert"));
  EXPECT_FALSE(init.client.has_capability("multiple"));
}

TEST(AuthInit, round_trips) {
  auto full = from_openconnect();
  full.client.aggregate_version = 0;
  full.client.computer_name = "a \"quoted\" <name> & more";
  full.client.device_type = full.client.platform_version = full.client.unique_id = "x";
  full.client.unique_id_global = "y";
  full.client.mac_addresses = {{"00-11-22-33-44-55", true}, {"00-11-22-33-44-56", false}};
  full.group_access = "https://vpn.example.com:8443/a?b=c&d=<e>";
  full.group_select = "staff & <others>";
  full.client_cert_fail = true;
  expect_round_trips<AuthInit>({{}, from_openconnect(), full});
}

TEST(AuthInit, refuses_other_types_and_roots) {
  for (const auto* body :
       {"", "<config-auth/>", "<config-auth type=\"auth-reply\"/>", "<auth type=\"init\"/>"})
    EXPECT_EQ(AuthInit::parse(body).error().kind, ErrorKind::malformed) << body;
}

}  // namespace
}  // namespace sallyport::proto
