#include "proto/http.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {
namespace {

TEST(HttpHeaders, are_found_ignoring_case_and_kept_as_spelt) {
  const HttpHeaders headers{{"X-CSTP-MTU", "1406"}, {"set-cookie", "a=1"}, {"Set-Cookie", "b=2"}};
  EXPECT_EQ(headers.find("x-cstp-mtu"), "1406");
  EXPECT_FALSE(headers.has("X-CSTP"));
  EXPECT_EQ(headers.all("SET-COOKIE"), (std::vector<std::string_view>{"a=1", "b=2"}));
  EXPECT_EQ(headers.serialize().value(), "X-CSTP-MTU: 1406\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\n");
}

TEST(HttpHeaders, refuse_to_be_split_by_a_value_or_name) {
  for (const auto* value : {"a\r\nX: b", "a\nb", "a\rb", "a\x01"})
    EXPECT_FALSE(HttpHeaders({{"A", value}}).serialize().has_value());
  EXPECT_FALSE(HttpHeaders({{"A", std::string(1, '\0')}}).serialize().has_value());
  for (const auto* name : {"", "A B", "A:", "A\r\n", "Content-Length", "transfer-encoding"})
    EXPECT_FALSE(HttpHeaders({{name, "1"}}).serialize().has_value()) << name;
}

TEST(HttpRequest, writes_headers_in_order_and_the_length_last) {
  const HttpRequest request{.method = "POST",
                            .target = "/auth",
                            .headers = {{"Host", "vpn.example.com"}, {"X-Aggregate-Auth", "1"}},
                            .body = "abc"};
  EXPECT_EQ(
      request.serialize().value(),
      "POST /auth HTTP/1.1\r\nHost: vpn.example.com\r\nX-Aggregate-Auth: 1\r\nContent-Length: 3\r\n\r\nabc");
}

TEST(HttpRequest, of_connect_has_neither_length_nor_body) {
  HttpRequest request{
      .method = "CONNECT", .target = "/CSCOSSLC/tunnel", .headers = {{"X-CSTP-Version", "1"}}};
  EXPECT_EQ(request.serialize().value(), "CONNECT /CSCOSSLC/tunnel HTTP/1.1\r\nX-CSTP-Version: 1\r\n\r\n");
  request.body = "x";
  EXPECT_FALSE(request.serialize().has_value());
}

TEST(HttpRequest, refuses_to_write_a_bad_start_line) {
  for (const auto* target : {"", "/a b", "/a\r\nX: y", "/\x7f"})
    EXPECT_FALSE((HttpRequest{.method = "GET", .target = target}).serialize().has_value()) << target;
  EXPECT_FALSE((HttpRequest{.method = "GE T", .target = "/"}).serialize().has_value());
}

TEST(HttpReply, always_has_a_length_except_a_tunnels_200) {
  EXPECT_EQ((HttpReply{.status = 401, .reason = "Authentication failed"}).serialize().value(),
            "HTTP/1.1 401 Authentication failed\r\nContent-Length: 0\r\n\r\n");
  HttpReply tunnel{.reason = "CONNECTED", .headers = {{"X-CSTP-MTU", "1406"}}};
  EXPECT_EQ(tunnel.serialize(ReplyTo::connect).value(), "HTTP/1.1 200 CONNECTED\r\nX-CSTP-MTU: 1406\r\n\r\n");
  tunnel.status = 503;
  EXPECT_NE(tunnel.serialize(ReplyTo::connect).value().find("Content-Length: 0"), std::string::npos);
}

TEST(HttpReply, to_head_has_the_length_of_the_body_it_leaves_out) {
  EXPECT_EQ(HttpReply{.body = "12345"}.serialize(ReplyTo::head).value(),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST(HttpReply, refuses_to_write_a_bad_status_line) {
  EXPECT_FALSE((HttpReply{.reason = "OK\r\nX: y"}).serialize().has_value());
  EXPECT_FALSE((HttpReply{.status = 20}).serialize().has_value());
  EXPECT_FALSE((HttpReply{.body = "x"}).serialize(ReplyTo::connect).has_value());
}

TEST(Http, closes_by_header_or_by_version) {
  EXPECT_FALSE(HttpRequest{}.wants_close());
  EXPECT_TRUE((HttpRequest{.headers = {{"connection", "foo, Close"}}}).wants_close());
  EXPECT_TRUE(HttpReply{.minor_version = 0}.wants_close());
  EXPECT_FALSE((HttpReply{.minor_version = 0, .headers = {{"Connection", "Keep-Alive"}}}).wants_close());
}

TEST(Http, tells_xml_from_a_form_by_the_body) {
  EXPECT_TRUE(is_xml_body("<?xml version=\"1.0\"?><config-auth/>"));
  EXPECT_TRUE(is_xml_body("\xef\xbb\xbf \r\n<config-auth>"));
  EXPECT_FALSE(is_xml_body("username=alice&password=<x>"));
  EXPECT_FALSE(is_xml_body(""));
}

}  // namespace
}  // namespace sallyport::proto
