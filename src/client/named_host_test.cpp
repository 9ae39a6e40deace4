#include "client/named_host.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

ProfileFile profile(const std::string& entry) {
  return {"corp.xml",
          "<AnyConnectProfile xmlns=\"http://schemas.xmlsoap.org/encoding/\"><ServerList><HostEntry>" +
              entry + "</HostEntry></ServerList></AnyConnectProfile>"};
}

std::string url_for(const std::string& name, const std::string& entry) {
  const auto found = find_named_host({{"broken.xml", "<"}, profile(entry)}, name);
  if (!found) return found.error().text;
  return *found ? (*found)->url : "nothing";
}

const std::string head_office =
    "<HostName>Head "
    "office</HostName><HostAddress>vpn.example.com:8443</HostAddress><UserGroup>staff</UserGroup>";

TEST(NamedHost, is_the_entrys_address_with_its_user_group) {
  EXPECT_EQ(url_for("Head office", head_office), "vpn.example.com:8443/staff");
  EXPECT_EQ(url_for("HEAD OFFICE", head_office), "vpn.example.com:8443/staff");
  EXPECT_EQ(url_for("Head", head_office), "nothing");
  EXPECT_EQ(url_for("vpn.example.com", head_office), "nothing");
}

TEST(NamedHost, a_hosts_name_never_leads_to_another_host) {
  const auto entry = [](const std::string& address) {
    return "<HostName>vpn.example.com</HostName><HostAddress>" + address + "</HostAddress>";
  };
  EXPECT_EQ(url_for("vpn.example.com", entry("evil.example.net")), "nothing");
  EXPECT_EQ(url_for("vpn.example.com", entry("VPN.example.com:8443/staff")), "VPN.example.com:8443/staff");
}

TEST(NamedHost, by_ipsec_is_told_not_tried) {
  EXPECT_EQ(url_for("head office", head_office + "<PrimaryProtocol>IPsec</PrimaryProtocol>"),
            "the client profile corp.xml reaches head office by IPsec, which is not supported");
}

}  // namespace
}  // namespace sallyport::client
