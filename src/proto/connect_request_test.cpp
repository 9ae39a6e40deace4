#include "proto/connect_request.hpp"

#include <gtest/gtest.h>

#include "test/fuzz/header_lines.hpp"

namespace sallyport::proto {

namespace {

// Sent by openconnect 9.01.
constexpr std::string_view openconnect =
    "Host: vpn.example.com\n"
    "User-Agent: Open AnyConnect VPN Agent v9.01-3\n"
    "Cookie: webvpn=AKxvHBSk5cSTZXXYFOXKozqhexr+0iC12fKNYkSZt54=\n"
    "X-CSTP-Version: 1\n"
    "X-CSTP-Hostname: vm\n"
    "X-AnyConnect-STRAP-Verify: MEQCIDwW\n"
    "X-AnyConnect-STRAP-Pubkey: MFkwEwYH\n"
    "X-CSTP-Accept-Encoding: oc-lz4,lzs\n"
    "X-CSTP-Base-MTU: 1500\n"
    "X-CSTP-MTU: 1390\n"
    "X-CSTP-Address-Type: IPv6,IPv4\n"
    "X-CSTP-Full-IPv6-Capability: true\n"
    "X-DTLS-Master-Secret: "
    "AA638CFD5F4EFFA7DE753BB3D6192B3E238E660492981EEE8CA66796C17C5660380DC0FF75B7085C2C4781140A5"
    "A8A7C\n"
    "X-DTLS-CipherSuite: "
    "PSK-NEGOTIATE:OC-DTLS1_2-AES256-GCM:OC2-DTLS1_2-CHACHA20-POLY1305:OC-DTLS1_2-AES128-GCM:"
    "DHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA:AES256-SHA:AES128-SHA\n"
    "X-DTLS12-CipherSuite: ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:AES256-GCM-SHA384:"
    "AES128-GCM-SHA256:DHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA:AES256-SHA:AES128-SHA\n"
    "X-DTLS-Accept-Encoding: oc-lz4,lzs\n";

ConnectRequest full_request() {
  ConnectRequest request;
  request.host = "vpn.example.com:4443";
  request.user_agent = "AnyConnect Linux_64 4.10.07061";
  request.token = Secret("TOKEN==");
  request.hostname = "laptop.example.com";
  request.protocol = cstp_protocol;
  request.platform = "android";
  request.device_type = "Phone 9";
  request.license = "mobile";
  request.cstp_encodings = {"lzs"};
  request.base_mtu = 1500;
  request.mtu = 1390;
  request.families = {.ipv4 = true, .ipv6 = true};
  request.held_addresses = {*Address::parse("10.20.0.2"), *Address::parse("fd20::2")};
  request.full_ipv6 = true;
  request.local_address4 = *Address::parse("192.0.2.7");
  request.remote_address6 = *Address::parse("2001:db8::1");
  request.master_secret = Secret(Bytes(dtls_master_secret_size, 0x5a));
  request.dtls_suites = {"PSK-NEGOTIATE", "OC-DTLS1_2-AES256-GCM"};
  request.dtls12_suites = {"AES256-GCM-SHA384"};
  request.dtls_encodings = {"lzs"};
  return request;
}

}  // namespace

TEST(ConnectRequest, reads_back_what_it_wrote) {
  ConnectRequest only_ipv6;
  only_ipv6.families = {.ipv4 = false, .ipv6 = true};
  for (const auto& request : {ConnectRequest(), full_request(), only_ipv6}) {
    const auto again = ConnectRequest::parse(request.serialize());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, request);
  }
}

TEST(ConnectRequest, reads_openconnects) {
  const auto request = ConnectRequest::parse(header_lines(openconnect));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->user_agent, "Open AnyConnect VPN Agent v9.01-3");
  EXPECT_EQ(request->token, Secret("AKxvHBSk5cSTZXXYFOXKozqhexr+0iC12fKNYkSZt54="));
  EXPECT_EQ(request->hostname, "vm");
  EXPECT_EQ(request->cstp_encodings, (std::vector<std::string>{"oc-lz4", "lzs"}));
  EXPECT_EQ(request->base_mtu, 1500);
  EXPECT_EQ(request->mtu, 1390);
  EXPECT_EQ(request->families, (Families{.ipv4 = true, .ipv6 = true}));
  EXPECT_TRUE(request->full_ipv6);
  EXPECT_EQ(to_hex(request->master_secret.reveal().first(4)), "aa638cfd");
  EXPECT_EQ(request->dtls_suites.size(), 8U);
  EXPECT_EQ(request->dtls12_suites.front(), "ECDHE-RSA-AES256-GCM-SHA384");
  EXPECT_TRUE(request->ignored.empty());
  EXPECT_FALSE(request->is_mobile());
}

TEST(ConnectRequest, writes_openconnects_lines_in_its_order) {
  std::string expected;
  for (const auto& [name, value] : header_lines(openconnect)) {
    if (name.find("STRAP") == std::string::npos) expected += name + ": " + value + "\n";
  }
  EXPECT_EQ(lines_of(ConnectRequest::parse(header_lines(openconnect))->serialize()), expected);
}

TEST(ConnectRequest, finds_the_token_between_other_cookies) {
  const auto request = ConnectRequest::parse(
      {{"cookie",
        "openconnect_strapkey=MHcC; webvpn=ABYx/bqOCFPzAr3CFi5kMNtCPwut1AD9sWujtFUqkjw=; x=webvpn=no"},
       {"X-CSTP-Address", "192.168.77.50"}});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->token, Secret("ABYx/bqOCFPzAr3CFi5kMNtCPwut1AD9sWujtFUqkjw="));
  EXPECT_EQ(request->held_addresses, std::vector<Address>{*Address::parse("192.168.77.50")});
}

TEST(ConnectRequest, a_cookie_without_token_is_no_token) {
  for (const char* cookie : {"webvpn=", "other=1", "xwebvpn=1"}) {
    const auto request = ConnectRequest::parse({{"Cookie", cookie}});
    ASSERT_TRUE(request);
    EXPECT_TRUE(request->token.empty()) << cookie;
  }
}

TEST(ConnectRequest, a_senseless_value_costs_its_own_header_only) {
  struct Case {
    const char* name;
    std::string value;
  };
  const std::vector<Case> cases{
      {"X-CSTP-Base-MTU", "huge"},
      {"X-CSTP-MTU", "-5"},
      {"X-CSTP-Hostname", "a;b"},
      {"X-CSTP-Hostname", std::string(254, 'a')},
      {"X-CSTP-Address-Type", "IPX"},
      {"X-CSTP-Full-IPv6-Capability", "1"},
      {"X-CSTP-Local-Address-IP4", "300.1.1.1"},
      {"X-DTLS-Master-Secret", std::string(94, 'A')},
      {"X-DTLS-Master-Secret", std::string(98, 'A')},
      {"X-DTLS-Master-Secret", std::string(96, 'G')},
      {"X-DTLS-CipherSuite", std::string(500, 'A')},
  };
  for (const auto& [name, value] : cases) {
    const auto request = ConnectRequest::parse({{"Cookie", "webvpn=T"}, {name, value}});
    ASSERT_TRUE(request) << name;
    ConnectRequest expected;
    expected.token = Secret("T");
    expected.ignored = {name};
    EXPECT_EQ(*request, expected) << name;
  }
}

TEST(ConnectRequest, bad_addresses_and_structure_are_errors) {
  const std::pair<std::string, std::string> address{"X-CSTP-Address", "10.0.0.1"};
  EXPECT_FALSE(ConnectRequest::parse({{"X-CSTP-Address", "10.0.0"}}));
  EXPECT_FALSE(ConnectRequest::parse({address, address, address}));
  EXPECT_TRUE(ConnectRequest::parse({address, address}));
  EXPECT_FALSE(ConnectRequest::parse({{"X-CSTP-Hostname", "a\r\nb"}}));
}

TEST(ConnectRequest, a_peers_text_in_an_error_is_escaped) {
  const auto request = ConnectRequest::parse({{"X-CSTP-Address", "\xff\xfe"}});
  ASSERT_FALSE(request);
  EXPECT_NE(request.error().text.find("\\xff"), std::string::npos);
  EXPECT_EQ(request.error().text.find('\xff'), std::string::npos);
}

TEST(ConnectRequest, sizes_beyond_a_record_are_clamped) {
  EXPECT_EQ(ConnectRequest::parse({{"X-CSTP-Base-MTU", "4294967295"}})->base_mtu, 16384);
}

TEST(ConnectRequest, phones_are_mobile) {
  EXPECT_TRUE(ConnectRequest::parse({{"X-CSTP-License", "mobile"}})->is_mobile());
  EXPECT_TRUE(ConnectRequest::parse({{"X-AnyConnect-Identifier-Platform", "apple-ios"}})->is_mobile());
  EXPECT_FALSE(ConnectRequest::parse({{"X-AnyConnect-Identifier-Platform", "win"}})->is_mobile());
}

}  // namespace sallyport::proto
