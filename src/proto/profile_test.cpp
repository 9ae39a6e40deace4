#include "proto/profile.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace sallyport::proto {
namespace {

const std::string head =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://schemas.xmlsoap.org/encoding/ AnyConnectProfile.xsd">
)";

// Protocol section 4.4, shortened.
const std::string corporate = head + R"(<ClientInitialization>
  <UseStartBeforeLogon UserControllable="true">false</UseStartBeforeLogon>
  <CertificateStore>All</CertificateStore>
  <AuthenticationTimeout>30</AuthenticationTimeout>
  <IPProtocolSupport>IPv4,IPv6</IPProtocolSupport>
  <AutoReconnect UserControllable="false">true
   <AutoReconnectBehavior UserControllable="true">ReconnectAfterResume</AutoReconnectBehavior>
  </AutoReconnect>
  <PPPExclusion UserControllable="false">Disable
   <PPPExclusionServerIP UserControllable="false"/></PPPExclusion>
  <BackupServerList><HostAddress>vpn9.example.com</HostAddress></BackupServerList>
 </ClientInitialization>
 <ServerList>
  <HostEntry>
   <HostName>Head office</HostName>
   <HostAddress>vpn.example.com</HostAddress>
   <UserGroup>staff</UserGroup>
   <BackupServerList><HostAddress>vpn2.example.com</HostAddress>
    <HostAddress>vpn3.example.com:444</HostAddress></BackupServerList>
   <PrimaryProtocol>SSL</PrimaryProtocol>
   <CertificatePinList/>
  </HostEntry>
  <HostEntry>
   <PrimaryProtocol>IPsec<StandardAuthenticationOnly>true</StandardAuthenticationOnly></PrimaryProtocol>
   <HostName>branch.example.com</HostName></HostEntry>
 </ServerList>
</AnyConnectProfile>)";

TEST(Profile, is_read_in_any_order_of_elements) {
  const auto profile = Profile::parse(corporate).value();
  EXPECT_EQ(
      profile.hosts,
      (std::vector<ProfileHost>{
          {.name = "Head office",
           .address = "vpn.example.com",
           .user_group = "staff",
           .backup = {"vpn2.example.com", "vpn3.example.com:444"}},
          {.name = "branch.example.com", .address = "branch.example.com", .primary_protocol = "IPsec"}}));
  EXPECT_EQ(profile.backup, (std::vector<std::string>{"vpn9.example.com"}));
  const auto setting = [&](const ProfileSetting& wanted) {
    return std::ranges::find(profile.settings, wanted) != profile.settings.end();
  };
  EXPECT_TRUE(setting({"UseStartBeforeLogon", "false", true}));
  EXPECT_TRUE(setting({"AutoReconnect", "true", false}));
  EXPECT_TRUE(setting({"AutoReconnectBehavior", "ReconnectAfterResume", true}));
}

TEST(Profile, a_host_is_reached_at_its_address_with_its_group) {
  const auto profile = Profile::parse(corporate).value();
  EXPECT_EQ(profile.hosts.at(0).url_text(), "vpn.example.com/staff");
  EXPECT_EQ(profile.hosts.at(1).url_text(), "branch.example.com");
  EXPECT_EQ((ProfileHost{.address = "https://a/", .user_group = "/g"}).url_text(), "https://a/g");
}

TEST(Profile, is_read_tolerantly) {
  const auto profile = Profile::parse(
      "<AnyConnectProfile><New/><ServerList><HostEntry/><HostEntry><HostAddress> a.example "
      "</HostAddress></HostEntry>"
      "</ServerList><BackupServerList><HostAddress/><HostAddress>b.example</HostAddress></BackupServerList>"
      "</AnyConnectProfile>");
  EXPECT_EQ(profile.value().hosts, (std::vector<ProfileHost>{{.name = "a.example", .address = "a.example"}}));
  EXPECT_EQ(profile.value().backup, (std::vector<std::string>{"b.example"}));
  EXPECT_FALSE(Profile::parse("<Other/>").has_value());
  EXPECT_TRUE(Profile::parse("<AnyConnectProfile/>" + std::string(100'000, '\n')).has_value());
  EXPECT_FALSE(Profile::parse("<AnyConnectProfile/>" + std::string(1'100'000, '\n')).has_value());
}

TEST(ProfileCheck, accepts_a_profile_as_editors_write_it) {
  const auto checked = check_profile(corporate);
  EXPECT_TRUE(checked.has_value()) << checked.error().text;
  EXPECT_TRUE(
      check_profile(head +
                    "<ClientInitialization><Brand>new</Brand></ClientInitialization></AnyConnectProfile>")
          .has_value());
}

void expect_refused(const std::string& inside, std::string_view reason) {
  const auto checked = check_profile(head + inside + "</AnyConnectProfile>");
  ASSERT_FALSE(checked.has_value()) << inside;
  EXPECT_NE(checked.error().text.find(reason), std::string::npos) << checked.error().text;
}

TEST(ProfileCheck, names_line_and_element_of_a_bad_setting) {
  expect_refused("<ClientInitialization>\n<AutoReconnect>maybe</AutoReconnect></ClientInitialization>",
                 "line 6: <AutoReconnect> has the value \"maybe\", allowed is true|false");
  expect_refused(
      "<ClientInitialization><AuthenticationTimeout>soon</AuthenticationTimeout></ClientInitialization>",
      "<AuthenticationTimeout>");
  expect_refused(
      "<ClientInitialization><AutoReconnect>true<AutoReconnectBehavior>Never</AutoReconnectBehavior></"
      "AutoReconnect>"
      "</ClientInitialization>",
      "<AutoReconnectBehavior>");
  expect_refused(
      "<ClientInitialization><AutoUpdate UserControllable=\"yes\">true</AutoUpdate></ClientInitialization>",
      "UserControllable");
}

TEST(ProfileCheck, refuses_hosts_that_cannot_be_used) {
  const auto list = [](const std::string& entries) { return "<ServerList>" + entries + "</ServerList>"; };
  expect_refused(list("<HostEntry><HostAddress>a</HostAddress></HostEntry>"), "has no HostName");
  expect_refused(list("<HostEntry><HostName>Head office</HostName></HostEntry>"), "unusable address");
  expect_refused(list("<HostEntry><HostName>a</HostName><HostAddress>http://a/</HostAddress></HostEntry>"),
                 "unusable address");
  expect_refused(
      list("<HostEntry><HostName>a</HostName></HostEntry><HostEntry><HostName>a</HostName></HostEntry>"),
      "repeats");
  expect_refused(list("<HostEntry><HostName>a</HostName><PrimaryProtocol>PPTP</PrimaryProtocol></HostEntry>"),
                 "neither SSL nor IPsec");
  expect_refused(list("<HostEntry><HostName>a</HostName><BackupServerList><HostAddress>b c</HostAddress>"
                      "</BackupServerList></HostEntry>"),
                 "<HostAddress>");
}

TEST(ProfileCheck, refuses_another_document) {
  EXPECT_FALSE(check_profile("<AnyConnectProfile/>").has_value());
  EXPECT_FALSE(check_profile("<Other xmlns=\"http://schemas.xmlsoap.org/encoding/\"/>").has_value());
  EXPECT_FALSE(check_profile(head).has_value());
  EXPECT_FALSE(check_profile("").has_value());
  expect_refused("<ServerList/><ServerList/>", "appears twice");
}

TEST(Profile, has_a_name_that_stays_in_its_folder) {
  for (const auto* good : {"corp.xml", "Corp 2.XML", "a.b.xml", "-.xml", "a?b%2f.xml"})
    EXPECT_TRUE(is_profile_name(good)) << good;
  for (const auto* bad : {"", ".xml", "corp", "corp.xml.exe", "../corp.xml", "a/corp.xml", "a\\corp.xml",
                          "..xml", ".a.xml", "a\n.xml", "a\x7f.xml", "b\xc3\xbcro.xml"})
    EXPECT_FALSE(is_profile_name(bad)) << bad;
  EXPECT_TRUE(is_profile_name(std::string(124, 'a') + ".xml"));
  EXPECT_FALSE(is_profile_name(std::string(125, 'a') + ".xml"));
  EXPECT_FALSE(is_profile_name(std::string_view("a\0.xml", 6)));
}

}  // namespace
}  // namespace sallyport::proto
