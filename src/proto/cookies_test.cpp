#include "proto/cookies.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

constexpr std::string_view token = "AKxvHBSk5cSTZXXYFOXKozqhexr+0iC12fKNYkSZt54=";

TEST(Cookies, reads_the_header_with_and_without_blanks) {
  const std::string tight = "a=1;webvpn=" + std::string(token) + ";b=2";
  const std::string loose = "a=1 ;  webvpn=" + std::string(token) + "  ; b = 2 ";
  for (const auto& header : {tight, loose}) {
    const auto cookies = parse_cookies(header);
    ASSERT_EQ(cookies.size(), 3U) << header;
    EXPECT_EQ(find_cookie(cookies, "webvpn")->reveal_text(), token);
    EXPECT_EQ(find_cookie(cookies, "b")->reveal_text(), "2");
    EXPECT_EQ(find_cookie(cookies, "WEBVPN"), nullptr);
  }
}

TEST(Cookies, skips_parts_that_are_no_cookies) {
  const auto cookies = parse_cookies(";; flag; =x; a=1;");
  ASSERT_EQ(cookies.size(), 1U);
  EXPECT_EQ(cookies[0].name, "a");
  EXPECT_EQ(parse_cookies(std::string(10000, ';')).size(), 0U);
}

TEST(Cookies, keeps_at_most_64) {
  std::string header;
  for (int i = 0; i < 100; ++i) header += "c" + std::to_string(i) + "=1;";
  EXPECT_EQ(parse_cookies(header).size(), 64U);
}

TEST(SetCookie, round_trips) {
  expect_round_trips<SetCookie>(
      {{.name = "webvpn", .value = Secret(token)},
       {.name = "webvpncontext", .value = Secret(token), .max_age = std::chrono::seconds(300)},
       {.name = "x", .value = Secret("1"), .path = "/", .secure = false, .http_only = false},
       SetCookie::forget("webvpnc")});
}

TEST(SetCookie, is_written_as_ocserv_writes_it) {
  EXPECT_EQ(SetCookie::forget("webvpncontext").serialize(),
            "webvpncontext=; expires=Thu, 01 Jan 1970 22:00:00 GMT; path=/; Secure; HttpOnly");
  const SetCookie pending{
      .name = "webvpncontext", .value = Secret(token), .max_age = std::chrono::seconds(300)};
  EXPECT_EQ(pending.serialize(), "webvpncontext=" + std::string(token) + "; Max-Age=300; Secure; HttpOnly");
}

TEST(SetCookie, refuses_what_has_no_name) {
  EXPECT_FALSE(SetCookie::parse("").has_value());
  EXPECT_FALSE(SetCookie::parse("=1").has_value());
  EXPECT_FALSE(SetCookie::parse("webvpn; Secure").has_value());
  EXPECT_FALSE(SetCookie::parse("a=" + std::string(4096, 'x')).has_value());
}

TEST(CookieJar, follows_a_whole_login) {
  CookieJar jar;
  for (const std::string header :
       {"webvpncontext=; expires=Thu, 01 Jan 1970 22:00:00 GMT; path=/; Secure; HttpOnly",
        "webvpncontext=ABC=; Max-Age=300; Secure; HttpOnly", "webvpn=ABC=; Secure; HttpOnly",
        "webvpnc=; expires=Thu, 01 Jan 1970 22:00:00 GMT; path=/; Secure; HttpOnly",
        "webvpnc=bu:/&p:t; path=/; Secure; HttpOnly"})
    jar.store(SetCookie::parse(header).value());
  EXPECT_EQ(jar.header(), "webvpncontext=ABC=; webvpn=ABC=; webvpnc=bu:/&p:t");
}

TEST(CookieJar, deletes_by_empty_value_and_keeps_the_last) {
  CookieJar jar;
  jar.store({.name = "a", .value = Secret("1")});
  jar.store({.name = "b", .value = Secret("2")});
  jar.store({.name = "a", .value = Secret("3")});
  EXPECT_EQ(jar.header(), "a=3; b=2");
  jar.store({.name = "a"});
  EXPECT_EQ(jar.header(), "b=2");
  EXPECT_EQ(jar.find("a"), nullptr);
  jar.clear();
  EXPECT_TRUE(jar.empty());
}

TEST(CookieJar, does_not_grow_without_end) {
  CookieJar jar;
  for (int i = 0; i < 100; ++i) jar.store({.name = "c" + std::to_string(i), .value = Secret("1")});
  EXPECT_NE(jar.find("c63"), nullptr);
  EXPECT_EQ(jar.find("c64"), nullptr);
}

TEST(ConfigCookie, reads_the_captured_one) {
  const auto cookie = ConfigCookie::parse(
                          "bu:/&p:t&iu:1/&sh:3499865B6FBC3F256663AE699EE75E10BA4ADA3D&lu:/+CSCOT+/"
                          "translation-table?textdomain"
                          "%3DAnyConnect%26type%3Dmanifest&fu:profiles%2F/etc/acme/profile.xml&fh:"
                          "53B87EEB71D40D828AD8C3A1EC087793D1FE950E")
                          .value();
  EXPECT_EQ(cookie, (ConfigCookie{.server_hash = "3499865B6FBC3F256663AE699EE75E10BA4ADA3D",
                                  .profile_path = "profiles//etc/acme/profile.xml",
                                  .profile_hash = "53B87EEB71D40D828AD8C3A1EC087793D1FE950E"}));
}

TEST(ConfigCookie, round_trips) {
  expect_round_trips<ConfigCookie>(
      {{},
       {.server_hash = "AB"},
       {.base_path = "/x/", .profile_path = "profiles/a b.xml", .profile_hash = "CD"}});
  EXPECT_EQ(ConfigCookie{.server_hash = "AB"}.serialize(), "bu:/&p:t&iu:1/&sh:AB");
}

}  // namespace
}  // namespace sallyport::proto
