#include "proto/preferences.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

TEST(Preferences, are_read_as_anyconnect_writes_them) {
  const auto preferences = Preferences::parse(R"(<?xml version="1.0" encoding="UTF-8"?>
<AnyConnectPreferences>
<DefaultUser>alice</DefaultUser>
<DefaultSecondUser></DefaultSecondUser>
<ClientCertificateThumbprint></ClientCertificateThumbprint>
<ServerCertificateThumbprint>3499865B6FBC3F256663AE699EE75E10BA4ADA3D</ServerCertificateThumbprint>
<DefaultHostName>Head office</DefaultHostName>
<DefaultHostAddress>vpn.example.com:443</DefaultHostAddress>
<DefaultGroup>staff</DefaultGroup>
<ControllablePreferences>
<LocalLanAccess>false</LocalLanAccess></ControllablePreferences>
</AnyConnectPreferences>
)")
                               .value();
  EXPECT_EQ(preferences,
            (Preferences{.default_user = "alice",
                         .server_certificate_thumbprints = {"3499865B6FBC3F256663AE699EE75E10BA4ADA3D"},
                         .default_host_name = "Head office",
                         .default_host_address = "vpn.example.com:443",
                         .default_group = "staff",
                         .others = {"<ClientCertificateThumbprint></ClientCertificateThumbprint>",
                                    "<ControllablePreferences>\n<LocalLanAccess>false</LocalLanAccess>"
                                    "</ControllablePreferences>"}}));
}

TEST(Preferences, round_trip_and_keep_what_they_do_not_know) {
  expect_round_trips<Preferences>({{},
                                   {.default_user = "a<&>b",
                                    .default_second_user = "c",
                                    .server_certificate_thumbprints = {"AB", "CD"},
                                    .default_host_name = "h",
                                    .default_host_address = "a",
                                    .default_group = "g",
                                    .others = {"<Unknown  a='1'>\n <b/></Unknown >", "<ProxyHost/>"}}});
}

TEST(Preferences, are_refused_with_another_root) {
  EXPECT_FALSE(Preferences::parse("<Preferences/>").has_value());
  EXPECT_FALSE(Preferences::parse("").has_value());
}

}  // namespace
}  // namespace sallyport::proto
