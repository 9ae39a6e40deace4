#include "proto/http.hpp"

#include <algorithm>

namespace sallyport::proto {

namespace {

bool closes(const HttpHeaders& headers, int minor_version) {
  if (headers.has_token("Connection", "close")) return true;
  return minor_version == 0 && !headers.has_token("Connection", "keep-alive");
}

std::string content_length(const std::string& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

bool is_target(std::string_view target) {
  return !target.empty() && std::ranges::all_of(target, [](char character) {
    return static_cast<unsigned char>(character) > ' ' && character != '\x7f';
  });
}

}  // namespace

bool HttpRequest::wants_close() const {
  return closes(headers, minor_version);
}

Result<std::string> HttpRequest::serialize() const {
  if (!is_http_token(method)) return fail(ErrorKind::malformed, "the request's method is not a token");
  if (!is_target(target)) return fail(ErrorKind::malformed, "the request's target has a bad character");
  if (is_connect() && !body.empty())
    return fail(ErrorKind::malformed, "a CONNECT request cannot have a body");
  std::string text = method + ' ' + target + " HTTP/1." + std::to_string(minor_version) + "\r\n";
  text += TRY(headers.serialize());
  if (!is_connect()) text += content_length(body);
  return text + "\r\n" + body;
}

bool HttpReply::wants_close() const {
  return closes(headers, minor_version);
}

Result<std::string> HttpReply::serialize(ReplyTo request) const {
  if (status < 100 || status > 999)
    return fail(ErrorKind::malformed, "the reply's status has not three digits");
  if (!is_header_value(reason))
    return fail(ErrorKind::malformed, "the reply's reason has a control character");
  const bool opens_tunnel = request == ReplyTo::connect && status == 200;
  if (opens_tunnel && !body.empty()) return fail(ErrorKind::malformed, "a tunnel's reply cannot have a body");
  std::string text = "HTTP/1." + std::to_string(minor_version) + ' ' + std::to_string(status) + ' ' + reason;
  text += "\r\n" + TRY(headers.serialize());
  if (!opens_tunnel) text += content_length(body);
  text += "\r\n";
  return request == ReplyTo::head ? text : text + body;
}

bool is_xml_body(std::string_view body) {
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
  const auto start = body.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && body[start] == '<';
}

}  // namespace sallyport::proto
