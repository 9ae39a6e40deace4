#include "proto/url.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

Url url(std::string_view text) {
  return Url::parse(text).value();
}

TEST(Url, round_trips) {
  expect_round_trips<Url>({{.host = "vpn.example.com"},
                           {.host = "vpn.example.com", .port = 8443, .path = "/staff"},
                           {.host = "2001:db8::1", .port = 444, .path = "/a/b/", .query = "secret=1"},
                           {.host = "192.0.2.1", .query = "x"}});
}

TEST(Url, takes_what_a_user_types) {
  EXPECT_EQ(url("vpn.example.com"), (Url{.host = "vpn.example.com"}));
  EXPECT_EQ(url("HTTPS://VPN.Example.com:8443/Staff#top"),
            (Url{.host = "vpn.example.com", .port = 8443, .path = "/Staff"}));
  EXPECT_EQ(url("host?secret"), (Url{.host = "host", .query = "secret"}));
  EXPECT_EQ(url("[2001:DB8:0::1]/x").host, "2001:db8::1");
}

TEST(Url, refuses_other_schemes_as_unsupported) {
  EXPECT_EQ(Url::parse("http://host/").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(Url::parse("ftp://host").error().kind, ErrorKind::unsupported);
}

TEST(Url, refuses_what_is_no_host_or_port) {
  for (const auto* text :
       {"", "https://", "/path", "user@host", "ho st", "host:", "host:0", "host:65536", "host:x",
        "[2001:db8::1", "[192.0.2.1]", "[::1]x", "host/a b", "host/a\r\nb", "host/a\\b"})
    EXPECT_FALSE(Url::parse(text).has_value()) << text;
  EXPECT_FALSE(Url::parse("h/" + std::string(5000, 'x')).has_value());
  EXPECT_FALSE(Url::parse(std::string(254, 'h')).has_value());
}

TEST(Url, joins_every_kind_of_reference) {
  const auto base = url("https://vpn.example.com:8443/a/b?q");
  EXPECT_EQ(base.join("/auth").value().serialize(), "https://vpn.example.com:8443/auth");
  EXPECT_EQ(base.join("c").value().serialize(), "https://vpn.example.com:8443/a/c");
  EXPECT_EQ(base.join("?x=1").value().serialize(), "https://vpn.example.com:8443/a/b?x=1");
  EXPECT_EQ(base.join("//other/x").value().serialize(), "https://other/x");
  EXPECT_EQ(base.join("https://other:444/x").value().serialize(), "https://other:444/x");
  EXPECT_EQ(base.join("").value(), base);
  EXPECT_FALSE(base.join("http://other/").has_value());
  // A colon in the query does not make a scheme of what stands before it.
  EXPECT_EQ(base.join("/go?to=https://other/").value().path, "/go");
}

TEST(Url, compares_hosts_with_their_ports) {
  EXPECT_TRUE(url("A.example").same_host(url("https://a.example:443/x")));
  EXPECT_FALSE(url("a.example").same_host(url("a.example:444")));
  EXPECT_FALSE(url("a.example").same_host(url("b.example")));
}

TEST(Url, names_the_port_in_the_host_header_only_if_it_is_not_443) {
  EXPECT_EQ(url("a.example:443").authority(), "a.example");
  EXPECT_EQ(url("a.example:444").authority(), "a.example:444");
  EXPECT_EQ(url("[::1]:444").authority(), "[::1]:444");
}

TEST(Url, routes_by_the_path_without_query_and_one_slash) {
  EXPECT_EQ(route_path("/staff/?x=/y/"), "/staff");
  EXPECT_EQ(route_path("/staff//"), "/staff/");
  EXPECT_EQ(route_path("/"), "/");
  EXPECT_EQ(route_path("/?secret"), "/");
  EXPECT_EQ(route_path(""), "");
}

}  // namespace
}  // namespace sallyport::proto
