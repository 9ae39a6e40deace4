#include "proto/user_agent.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {
namespace {

TEST(UserAgent, is_told_by_its_prefix) {
  EXPECT_EQ(classify_user_agent("Open AnyConnect VPN Agent v9.01-3"), UserAgent::openconnect);
  EXPECT_EQ(classify_user_agent("Open AnyConnect VPN Agent v10.0"), UserAgent::openconnect);
  EXPECT_EQ(classify_user_agent("OpenConnect VPN Agent (NetworkManager)"), UserAgent::openconnect);
  EXPECT_EQ(classify_user_agent("AnyConnect-compatible OpenConnect VPN Agent v9.20"), UserAgent::openconnect);
  EXPECT_EQ(classify_user_agent("AnyConnect-compatible Sallyport v0.1.0"), UserAgent::sallyport);
  EXPECT_EQ(classify_user_agent("AnyConnect Windows 4.10.08029"), UserAgent::anyconnect);
  EXPECT_EQ(classify_user_agent("AnyConnect-Android 4.10"), UserAgent::anyconnect);
  EXPECT_EQ(classify_user_agent("Cisco AnyConnect VPN Agent for Windows 4.8"), UserAgent::anyconnect);
  EXPECT_EQ(classify_user_agent("Cisco AnyConnect VPN Agent for Apple iPhone"), UserAgent::anyconnect_apple);
  EXPECT_EQ(classify_user_agent("Clavister OneConnect VPN 3"), UserAgent::clavister);
  EXPECT_EQ(classify_user_agent("AnyLink Secure Client 0.1"), UserAgent::anylink);
  EXPECT_EQ(classify_user_agent("Cisco SVC IPPhone Client v1.0"), UserAgent::ip_phone);
  EXPECT_EQ(classify_user_agent("Mozilla/5.0"), UserAgent::unknown);
  EXPECT_EQ(classify_user_agent(""), UserAgent::unknown);
}

TEST(UserAgent, up_to_version_3_of_openconnect_speaks_version_1) {
  EXPECT_TRUE(wants_version_1(classify_user_agent("Open AnyConnect VPN Agent v3.20")));
  EXPECT_TRUE(wants_version_1(classify_user_agent("Open AnyConnect VPN Agent v2")));
  EXPECT_FALSE(wants_version_1(classify_user_agent("Open AnyConnect VPN Agent v30.1")));
  EXPECT_FALSE(wants_version_1(classify_user_agent("Open AnyConnect VPN Agent v")));
  EXPECT_FALSE(wants_version_1(classify_user_agent("Open AnyConnect VPN Agent vX")));
}

TEST(UserAgent, belongs_to_one_family) {
  for (const auto agent : {UserAgent::unknown, UserAgent::openconnect, UserAgent::openconnect_v3,
                           UserAgent::anyconnect, UserAgent::anyconnect_apple, UserAgent::clavister,
                           UserAgent::anylink, UserAgent::ip_phone, UserAgent::sallyport}) {
    EXPECT_FALSE(is_openconnect(agent) && is_anyconnect(agent));
    EXPECT_FALSE(to_text(agent).empty());
  }
  EXPECT_TRUE(is_openconnect(UserAgent::openconnect_v3));
  EXPECT_TRUE(is_anyconnect(UserAgent::anyconnect_apple));
}

}  // namespace
}  // namespace sallyport::proto
