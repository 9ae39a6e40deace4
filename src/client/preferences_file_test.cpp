#include "client/preferences_file.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

const std::string hash = "53B87EEB71D40D828AD8C3A1EC087793D1FE950E";

TEST(PreferencesFile, holds_the_last_login_and_keeps_what_others_wrote) {
  const auto before = *proto::Preferences::parse(
      "<AnyConnectPreferences><DefaultUser>bob</DefaultUser><ProxyHost>p</ProxyHost></"
      "AnyConnectPreferences>");
  const auto after = remember(before, {"alice", "Employees", hash, ""}, "Head office", "vpn.example.com");
  ASSERT_TRUE(after) << after.error().text;
  EXPECT_EQ(after->default_user, "alice");
  EXPECT_EQ(after->default_group, "Employees");
  EXPECT_EQ(after->default_host_name, "Head office");
  EXPECT_EQ(after->default_host_address, "vpn.example.com");
  EXPECT_EQ(after->server_certificate_thumbprints, std::vector{hash});
  EXPECT_EQ(after->others, std::vector<std::string>{"<ProxyHost>p</ProxyHost>"});
}

TEST(PreferencesFile, a_login_without_a_name_leaves_the_last_one_of_this_gateway) {
  const proto::Preferences before{.default_user = "bob", .default_host_name = "h", .default_group = "staff"};
  EXPECT_EQ(remember(before, {}, "H", "h")->default_user, "bob");
  EXPECT_EQ(remember(before, {}, "H", "h")->default_group, "");
  EXPECT_EQ(remember(before, {}, "other", "other")->default_user, "");
}

TEST(PreferencesFile, has_a_bounded_list_of_certificates_the_last_gateways_first) {
  proto::Preferences preferences;
  for (int i = 0; i < 30; ++i) {
    const auto other = std::to_string(10 + i) + std::string(38, '0');
    preferences = *remember(std::move(preferences), {"a", "", other, ""}, "h", "h");
  }
  EXPECT_EQ(preferences.server_certificate_thumbprints.size(), 16U);
  EXPECT_EQ(preferences.server_certificate_thumbprints[0].substr(0, 2), "39");
  preferences = *remember(std::move(preferences), {"a", "", "30" + std::string(38, '0'), ""}, "h", "h");
  EXPECT_EQ(preferences.server_certificate_thumbprints.size(), 16U);
  EXPECT_EQ(preferences.server_certificate_thumbprints[0].substr(0, 2), "30");
}

TEST(PreferencesFile, takes_nothing_that_would_break_it) {
  EXPECT_FALSE(remember({}, {"a\nb", "", "", ""}, "h", "h"));
  EXPECT_FALSE(remember({}, {std::string(257, 'a'), "", "", ""}, "h", "h"));
  EXPECT_FALSE(remember({}, {"", std::string(1, '\x1b'), "", ""}, "h", "h"));
  EXPECT_FALSE(remember({}, {"", "", "not a hash", ""}, "h", "h"));
  const auto quoted = remember({}, {"<a>&\"'", "b]]>", "", ""}, "h", "h");
  ASSERT_TRUE(quoted);
  EXPECT_EQ(proto::Preferences::parse(quoted->serialize())->default_user, "<a>&\"'");
}

}  // namespace
}  // namespace sallyport::client
