#include "client/named_host.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

ProfileFile profile(const std::string& entry, const std::string& name = "corp.xml") {
  return {name, "<AnyConnectProfile xmlns=\"http://schemas.xmlsoap.org/encoding/\"><ServerList><HostEntry>" +
                    entry + "</HostEntry></ServerList></AnyConnectProfile>"};
}

std::string url_in(const std::vector<ProfileFile>& files, const std::string& name) {
  const auto found = find_named_host(files, name);
  return found ? found->url : found.error().text;
}

std::string url_for(const std::string& name, const std::string& entry) {
  return url_in({{"broken.xml", "<"}, profile(entry)}, name);
}

std::string office_at(const std::string& address) {
  return "<HostName>Head office</HostName><HostAddress>" + address + "</HostAddress>";
}

const std::string head_office = office_at("vpn.example.com:8443") + "<UserGroup>staff</UserGroup>";
const std::string by_ipsec = "<PrimaryProtocol>IPsec</PrimaryProtocol>";
const std::string nowhere = "\"), and no client profile has it; `sallyport profile list` shows their names";

TEST(NamedHost, is_asked_for_only_where_the_target_can_be_no_host) {
  for (const auto* host : {"vpn", "vpn/staff", "localhost", "VPN:8443", "vpn.example.com", "192.0.2.1",
                           "[2001:db8::1]:8443", "https://vpn", "http://vpn", "ftp://a b"}) {
    EXPECT_FALSE(is_profiles_name(host)) << host;
  }
  for (const auto* name : {"Head office", "Büro", "Office (Berlin)"})
    EXPECT_TRUE(is_profiles_name(name)) << name;
}

TEST(NamedHost, is_the_entrys_address_with_its_user_group) {
  EXPECT_EQ(url_for("Head office", head_office), "vpn.example.com:8443/staff");
  EXPECT_EQ(url_for("HEAD OFFICE", head_office), "vpn.example.com:8443/staff");
  const std::string no_host = " is no host (the URL has no valid host name: \"";
  EXPECT_EQ(url_for("Head offic", head_office), "Head offic" + no_host + "Head offic" + nowhere);
  EXPECT_EQ(url_for("Head office", office_at("a b")), "Head office" + no_host + "Head office" + nowhere);
}

TEST(NamedHost, of_two_profiles_for_different_gateways_is_none) {
  EXPECT_EQ(
      url_in({profile(head_office), profile(office_at("evil.example.net"), "evil.xml")}, "head office"),
      "the client profiles corp.xml and evil.xml have head office for different gateways: name the host "
      "itself");
  EXPECT_EQ(url_in({profile(head_office), profile(office_at("vpn.example.com"), "evil.xml")}, "head office")
                .substr(0, 42),
            "the client profiles corp.xml and evil.xml ");
  EXPECT_EQ(
      url_in({profile(head_office), profile(office_at("VPN.example.com:8443"), "z.xml")}, "head office"),
      "vpn.example.com:8443/staff");
}

TEST(NamedHost, by_ipsec_is_told_where_there_is_no_other) {
  EXPECT_EQ(url_for("head office", head_office + by_ipsec),
            "the client profile corp.xml reaches head office by IPsec, which is not supported");
  EXPECT_EQ(url_in({profile(head_office + by_ipsec), profile(office_at("ssl.example.com"), "z.xml")},
                   "head office"),
            "ssl.example.com");
}

}  // namespace
}  // namespace sallyport::client
