#include "proto/http_parser.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {
namespace {

// Feeds in pieces of `step` bytes; the bytes left over come back in `rest`.
Result<HttpRequest> parse_request(std::string_view text, std::size_t step = 1 << 20,
                                  std::string* rest = nullptr) {
  RequestParser parser;
  while (!parser.complete() && !text.empty()) {
    const auto piece = text.substr(0, step);
    text.remove_prefix(TRY(parser.feed(as_bytes(piece))));
  }
  if (rest) *rest = text;
  if (!parser.complete()) return fail(ErrorKind::closed, "incomplete");
  return parser.take();
}

Result<HttpReply> parse_reply(std::string_view text, ReplyTo request = ReplyTo::ordinary,
                              std::size_t step = 1 << 20, std::string* rest = nullptr) {
  ReplyParser parser(request);
  while (!parser.complete() && !text.empty()) {
    const auto piece = text.substr(0, step);
    text.remove_prefix(TRY(parser.feed(as_bytes(piece))));
  }
  if (rest) *rest = text;
  TRY(parser.end_of_stream());
  return parser.take();
}

int refusal_of(std::string_view text) {
  RequestParser parser;
  const auto fed = parser.feed(as_bytes(text));
  if (fed) return 0;
  EXPECT_EQ(fed.error().kind, ErrorKind::malformed);
  EXPECT_FALSE(fed.error().text.empty());
  EXPECT_FALSE(parser.complete());
  EXPECT_FALSE(parser.feed(as_bytes("more")).has_value()) << "a refusal is final";
  return parser.refusal_status();
}

std::string with_header(std::string_view line) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n\r\n";
}

const std::string login =
    "POST /auth HTTP/1.1\r\nHost: vpn.example.com\r\nUser-Agent: Open AnyConnect VPN Agent v9.01-3\r\n"
    "Accept: */*\r\nX-Transcend-Version: 1\r\nX-Aggregate-Auth: 1\r\nX-Pad: 0000\r\n"
    "Content-Type: application/xml; charset=utf-8\r\nContent-Length: 5\r\n\r\n<a/>\n";

TEST(RequestParser, reads_a_request_in_pieces_of_any_size) {
  for (const std::size_t step : {1U, 2U, 3U, 7U, 64U, 4096U}) {
    const auto request = parse_request(login, step).value();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/auth");
    EXPECT_EQ(request.minor_version, 1);
    EXPECT_EQ(request.headers.list().size(), 7U);
    EXPECT_EQ(request.headers.list()[1].first, "User-Agent");
    EXPECT_EQ(request.headers.find("x-pad"), "0000");
    EXPECT_EQ(request.body, "<a/>\n");
    EXPECT_EQ(request.serialize().value(), login);
  }
}

TEST(RequestParser, reads_one_request_after_the_other) {
  RequestParser parser;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(parser.started());
    EXPECT_EQ(parser.feed(as_bytes(login)).value(), login.size());
    EXPECT_TRUE(parser.started());
    ASSERT_TRUE(parser.complete());
    EXPECT_EQ(parser.take().body, "<a/>\n");
  }
}

TEST(RequestParser, leaves_tunnel_bytes_after_connect_untouched) {
  const std::string header =
      "CONNECT /CSCOSSLC/tunnel HTTP/1.1\r\nHost: vpn.example.com\r\nCookie: webvpn=AB==\r\nX-CSTP-MTU: "
      "1390\r\n\r\n";
  const std::string frame("STF\1\0\5\3\0hello", 13);
  for (const std::size_t step : {std::size_t{1}, header.size() - 1, header.size(), std::size_t{4096}}) {
    std::string rest;
    const auto request = parse_request(header + frame, step, &rest).value();
    EXPECT_TRUE(request.is_connect());
    EXPECT_EQ(request.target, "/CSCOSSLC/tunnel");
    EXPECT_EQ(rest, frame);
  }
}

TEST(RequestParser, leaves_pipelined_bytes_to_the_caller) {
  std::string rest;
  ASSERT_TRUE(parse_request(login + "GET / HTTP/1.1\r\n\r\n", 4096, &rest).has_value());
  EXPECT_EQ(rest, "GET / HTTP/1.1\r\n\r\n");
}

TEST(RequestParser, takes_version_1_0_and_a_connect_target_without_slash) {
  EXPECT_EQ(parse_request("GET / HTTP/1.0\r\n\r\n").value().minor_version, 0);
  EXPECT_EQ(parse_request("CONNECT CSCOSSLC/tunnel HTTP/1.1\r\n\r\n").value().target, "CSCOSSLC/tunnel");
}

TEST(RequestParser, refuses_any_transfer_encoding) {
  for (const auto* line : {"Transfer-Encoding: chunked", "transfer-encoding: identity",
                           "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding:\tchunked"})
    EXPECT_EQ(refusal_of(with_header(line)), 400) << line;
}

TEST(RequestParser, refuses_a_doubtful_content_length) {
  for (const auto* line : {"Content-Length: 1\r\nContent-Length: 1", "Content-Length: 1\r\nContent-Length: 2",
                           "Content-Length: 1, 1", "Content-Length: -1", "Content-Length: +1",
                           "Content-Length: 0x1", "Content-Length: ", "Content-Length: 99999999999999999999"})
    EXPECT_EQ(refusal_of(with_header(line)), 400) << line;
  EXPECT_EQ(refusal_of("CONNECT /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), 400);
}

TEST(RequestParser, refuses_two_hosts) {
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
}

TEST(RequestParser, refuses_bad_characters_and_line_ends) {
  for (const std::string& text :
       {std::string("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 27),
        std::string("GET / HTTP/1.1\r\nA: b\nB: c\r\n\r\n"), std::string("GET / HTTP/1.1\nA: b\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"), std::string("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA : b\r\n\r\n"), std::string("GET / HTTP/1.1\r\nA\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n: b\r\n\r\n"), std::string("GET / HTTP/1.1\r\nA: \x01\r\n\r\n"),
        std::string("GET /a b HTTP/1.1\r\n\r\n"), std::string("G(T / HTTP/1.1\r\n\r\n"),
        std::string("\r\nGET / HTTP/1.1\r\n\r\n"), std::string("\r\n\r\n"), std::string("POST /a 4\r\n\r\n"),
        std::string("GET\r\n\r\n")})
    EXPECT_NE(refusal_of(text), 0) << text;
}

TEST(RequestParser, answers_other_versions_with_505) {
  EXPECT_EQ(refusal_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("GET / HTTP/1.2\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("GET / HTTP/0.9\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("GET / FTP/1.1\r\n\r\n"), 400);
}

TEST(RequestParser, limits_the_header) {
  const std::string long_line(16 * 1024, 'x');
  EXPECT_EQ(refusal_of("GET /" + long_line), 414);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nA: " + long_line), 431);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nA: " + long_line + "\r\n\r\n"), 431);
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "A: b\r\n";
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n" + lines + "\r\n"), 0);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n" + lines + "A: b\r\n\r\n"), 431);
}

TEST(RequestParser, limits_the_body) {
  EXPECT_EQ(refusal_of(with_header("Content-Length: 65536")), 0);
  EXPECT_EQ(refusal_of(with_header("Content-Length: 65537")), 413);
  EXPECT_EQ(parse_request(with_header("Content-Length: 65536") + std::string(65536, 'x')).value().body.size(),
            65536U);
}

TEST(RequestParser, takes_an_absolute_target_of_this_host_only) {
  const auto own =
      parse_request("GET https://VPN.example.com:8443/x?y HTTP/1.1\r\nHost: vpn.example.com:8443\r\n\r\n");
  EXPECT_EQ(own.value().target, "/x?y");
  EXPECT_EQ(parse_request("GET https://a HTTP/1.1\r\nHost: a\r\n\r\n").value().target, "/");
  for (const auto* target : {"https://b/", "https://ab/", "https://a@b/", "ftp://a/", "*", "a"})
    EXPECT_EQ(refusal_of("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n"), 400) << target;
  EXPECT_EQ(refusal_of("GET https:/// HTTP/1.1\r\nHost:\r\n\r\n"), 400);
}

const std::string form_reply =
    "HTTP/1.1 200 OK\r\nSet-Cookie: webvpncontext=; path=/\r\nContent-Type: text/xml\r\nX-Transcend-Version: "
    "1\r\n"
    "Content-Length: 4\r\n\r\n<a/>";

TEST(ReplyParser, reads_a_reply_with_a_length) {
  for (const std::size_t step : {1U, 5U, 4096U}) {
    std::string rest;
    const auto reply = parse_reply(form_reply + "more", ReplyTo::ordinary, step, &rest).value();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.reason, "OK");
    EXPECT_EQ(reply.headers.list().size(), 3U);
    EXPECT_EQ(reply.body, "<a/>");
    EXPECT_EQ(reply.serialize().value(), form_reply);
    EXPECT_EQ(rest, "more");
  }
}

TEST(ReplyParser, reads_a_chunked_reply_in_pieces_of_any_size) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;name=value;x\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const auto reply = parse_reply(text, ReplyTo::ordinary, step).value();
    EXPECT_EQ(reply.body, "abcde");
    EXPECT_TRUE(reply.headers.list().empty());
  }
}

TEST(ReplyParser, reads_an_empty_chunked_reply_byte_by_byte) {
  EXPECT_EQ(
      parse_reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ReplyTo::ordinary, 1)
          .value()
          .body,
      "");
}

TEST(ReplyParser, leaves_trailers_out) {
  const auto reply =
      parse_reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Late: 1\r\n\r\n")
          .value();
  EXPECT_EQ(reply.body, "a");
  EXPECT_FALSE(reply.headers.has("X-Late"));
}

TEST(ReplyParser, reads_a_reply_that_lasts_until_the_connection_closes) {
  const auto reply = parse_reply("HTTP/1.0 200 OK\r\nA: b\r\n\r\nall of it", ReplyTo::ordinary, 3).value();
  EXPECT_EQ(reply.body, "all of it");
  EXPECT_EQ(reply.minor_version, 0);
}

TEST(ReplyParser, says_closed_when_a_reply_is_cut_short) {
  for (const std::string& text :
       {std::string(), std::string("HTTP/1.1 200"), form_reply.substr(0, form_reply.size() - 1),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc")})
    EXPECT_EQ(parse_reply(text).error().kind, ErrorKind::closed) << text;
}

TEST(ReplyParser, skips_interim_replies_but_not_for_ever) {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(parse_reply(interim + interim + form_reply).value().body, "<a/>");
  EXPECT_EQ(parse_reply(interim + form_reply, ReplyTo::ordinary, 1).value().body, "<a/>");
  std::string flood;
  for (int i = 0; i < 20; ++i) flood += interim;
  EXPECT_EQ(parse_reply(flood).error().kind, ErrorKind::malformed);
}

TEST(ReplyParser, stops_a_connect_reply_at_the_blank_line) {
  const std::string header = "HTTP/1.1 200 CONNECTED\r\nX-CSTP-MTU: 1406\r\n\r\n";
  for (const std::size_t step : {std::size_t{1}, header.size(), std::size_t{4096}}) {
    std::string rest;
    const auto reply = parse_reply(header + "STF", ReplyTo::connect, step, &rest).value();
    EXPECT_EQ(reply.headers.find("X-CSTP-MTU"), "1406");
    EXPECT_EQ(rest, "STF");
  }
  EXPECT_EQ(parse_reply("HTTP/1.1 401 Cookie is not acceptable\r\n\r\n", ReplyTo::connect).value().reason,
            "Cookie is not acceptable");
}

TEST(ReplyParser, expects_no_body_after_head) {
  EXPECT_EQ(parse_reply("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", ReplyTo::head).value().body, "");
}

TEST(ReplyParser, takes_the_many_routes_of_a_tunnel) {
  std::string header = "HTTP/1.1 200 CONNECTED\r\n";
  for (int i = 0; i < 2000; ++i) header += "X-CSTP-Split-Include: 10.0.0.0/255.0.0.0\r\n";
  EXPECT_EQ(parse_reply(header + "\r\n", ReplyTo::connect).value().headers.list().size(), 2000U);
}

TEST(ReplyParser, limits_header_body_and_chunk_lines) {
  const std::string huge(1024 * 1024 + 1, 'x');
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n" + std::string(), "HTTP/1.1 200 OK\r\nA: " + huge,
        "HTTP/1.0 200 OK\r\n\r\n" + huge, chunked + "100001\r\n", chunked + "1;" + huge.substr(0, 5000),
        chunked + "80000\r\n" + huge.substr(0, 0x80000) + "\r\n80001\r\n"})
    EXPECT_EQ(parse_reply(text, ReplyTo::ordinary, 4096).error().kind, ErrorKind::malformed)
        << text.substr(0, 80);
}

TEST(ReplyParser, refuses_what_is_no_http) {
  for (const auto* text :
       {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 010 Low\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"})
    EXPECT_EQ(parse_reply(text).error().kind, ErrorKind::malformed) << text;
}

}  // namespace
}  // namespace sallyport::proto
