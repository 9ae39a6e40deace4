#include "gateway/download.hpp"

#include <gtest/gtest.h>

namespace sallyport::gateway {

namespace {

proto::GroupPolicy policy(std::string profile, std::string hash) {
  proto::GroupPolicy policy;
  policy.client_profile = std::move(profile);
  policy.client_profile_hash = std::move(hash);
  return policy;
}

}  // namespace

TEST(Download, a_policys_profile_is_announced_with_its_hash_and_no_package) {
  proto::AuthComplete complete;
  announce_downloads(policy("corp.xml", "AB"), complete);
  ASSERT_EQ(complete.profiles.files.size(), 1U);
  EXPECT_EQ(complete.profiles.files[0], proto::profile_entry("/profiles/corp.xml", "AB"));
  EXPECT_TRUE(complete.core.files.empty());
  const auto text = complete.serialize();
  EXPECT_NE(text.find("<vpn-core-manifest><vpn rev=\"1.0\"></vpn></vpn-core-manifest>"), std::string::npos)
      << text;
}

TEST(Download, version_1_has_the_same_in_its_cookie) {
  proto::ConfigCookie cookie;
  announce_downloads(policy("my corp.xml", "AB"), cookie);
  EXPECT_EQ(cookie.base_path + cookie.profile_path, "/profiles/my%20corp.xml");
  EXPECT_EQ(cookie.profile_hash, "AB");
}

TEST(Download, a_policy_without_a_profile_announces_none) {
  proto::AuthComplete complete;
  proto::ConfigCookie cookie;
  announce_downloads(policy("", ""), complete);
  announce_downloads(policy("", ""), cookie);
  EXPECT_TRUE(complete.profiles.files.empty());
  EXPECT_EQ(cookie, proto::ConfigCookie());
}

TEST(Download, what_was_announced_before_a_reload_is_served_after_it) {
  proto::VirtualHost before;
  before.client_profiles = {{"a.xml", "A1", "old"}, {"b.xml", "B1", "same"}};
  proto::VirtualHost next;
  next.client_profiles = {{"a.xml", "A2", "new"}, {"b.xml", "B1", "same"}};
  keep_earlier_profiles(before, next);
  EXPECT_EQ(next.client_profiles.size(), 3U);
  EXPECT_EQ(next.client_profile(policy("a.xml", "A1"))->content, "old");
  EXPECT_EQ(next.client_profile(policy("a.xml", "A2"))->content, "new");
  EXPECT_EQ(next.client_profile(policy("a.xml", "A3")), nullptr);
}

TEST(Download, many_reloads_keep_a_bounded_number_of_profiles) {
  proto::VirtualHost now;
  for (int i = 0; i < 40; ++i) {
    proto::VirtualHost next;
    next.client_profiles = {{"a.xml", std::to_string(i), ""}};
    keep_earlier_profiles(now, next);
    now = next;
  }
  EXPECT_EQ(now.client_profiles.size(), 17U);
  EXPECT_NE(now.client_profile(policy("a.xml", "38")), nullptr);
  EXPECT_EQ(now.client_profile(policy("a.xml", "3")), nullptr);
}

}  // namespace sallyport::gateway
