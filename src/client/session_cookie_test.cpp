#include "client/session_cookie.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

LoggedIn logged_in(std::string_view token, const std::string& url, const std::string& address) {
  return {Secret(token),
          or_throw(proto::Url::parse(url)),
          {or_throw(Address::parse(address)), 443},
          "pin-sha256:abc="};
}

TEST(SessionCookie, is_printed_as_openconnect_prints_it) {
  const auto printed = logged_in("QUJD/+0=", "vpn.example.com/staff", "192.0.2.1").serialize();
  EXPECT_EQ(printed.reveal_text(),
            "COOKIE='webvpn=QUJD/+0='\n"
            "HOST='192.0.2.1'\n"
            "CONNECT_URL='https://vpn.example.com/'\n"
            "FINGERPRINT='pin-sha256:abc='\n"
            "RESOLVE='vpn.example.com:192.0.2.1'\n");
}

TEST(SessionCookie, ports_and_ipv6_stand_where_they_belong) {
  const auto printed = logged_in("T", "[2001:db8::1]:8443", "2001:db8::1").serialize();
  EXPECT_EQ(printed.reveal_text(),
            "COOKIE='webvpn=T'\n"
            "HOST='[2001:db8::1]'\n"
            "CONNECT_URL='https://[2001:db8::1]:8443/'\n"
            "FINGERPRINT='pin-sha256:abc='\n"
            "RESOLVE='[2001:db8::1]:2001:db8::1'\n");
}

TEST(SessionCookie, nothing_in_a_token_leaves_its_quotes) {
  const auto printed = logged_in("'$(id)'`id`\\", "vpn.example.com", "192.0.2.1").serialize();
  const auto text = std::string(printed.reveal_text());
  EXPECT_EQ(text.substr(0, text.find('\n')), R"(COOKIE='webvpn='\''$(id)'\''`id`\')");
}

TEST(SessionCookie, is_read_as_anybody_prints_it) {
  for (const auto* line : {"webvpn=QUJD=", "QUJD=", "openconnect_strapkey=MHc=; webvpn=QUJD=",
                           "webvpn=QUJD=; webvpncontext=x", " QUJD= "}) {
    const auto token = token_in_cookies(Secret(std::string_view(line)));
    ASSERT_TRUE(token) << line;
    EXPECT_EQ(token->reveal_text(), "QUJD=") << line;
  }
}

TEST(SessionCookie, a_line_without_one_is_refused) {
  for (const auto* line : {"", " ", "webvpn=", "a=b; c=d", "two words", "webvpn=a b", "webvpn=a\x1b[2J"}) {
    EXPECT_FALSE(token_in_cookies(Secret(std::string_view(line)))) << line;
  }
}

TEST(SessionCookie, line_ends_and_separators_are_no_values) {
  EXPECT_TRUE(is_cookie_value("1@28672@5A0F@'$\""));
  for (const auto* text : {"", "a\nb", "a\rb", "a;b", "a b", "a\tb", "\xc3\xa4", "\x7f"}) {
    EXPECT_FALSE(is_cookie_value(text)) << text;
  }
}

}  // namespace
}  // namespace sallyport::client
