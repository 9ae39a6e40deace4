// HTTP/1.x messages of phases 2 to 5 as values, and how they are written. They are read by http_parser.hpp.
// Framing (Content-Length, Transfer-Encoding) is never in `headers`: parsing removes it, serializing adds it.
#pragma once

#include <string>
#include <string_view>

#include "proto/http_headers.hpp"

namespace sallyport::proto {

struct HttpRequest {
  std::string method;
  std::string target;     // origin form; CONNECT's as sent
  int minor_version = 1;  // HTTP/1.x
  HttpHeaders headers;
  std::string body;

  bool operator==(const HttpRequest&) const = default;

  bool is_connect() const { return method == "CONNECT"; }
  // "Connection: close", or HTTP/1.0 without "keep-alive".
  bool wants_close() const;
  // The headers in their order, then Content-Length (also 0), but never with CONNECT.
  Result<std::string> serialize() const;
};

// What a reply answers decides whether a body follows its header.
enum class ReplyTo { ordinary, head, connect };

struct HttpReply {
  int status = 200;
  std::string reason = "OK";
  int minor_version = 1;
  HttpHeaders headers;
  std::string body;

  bool operator==(const HttpReply&) const = default;

  bool wants_close() const;
  // Always with Content-Length, except a 200 to CONNECT. To HEAD: the body's length without the body.
  Result<std::string> serialize(ReplyTo request = ReplyTo::ordinary) const;
};

// Bodies with a document are XML whatever their Content-Type says; all others are url-encoded.
bool is_xml_body(std::string_view body);

}  // namespace sallyport::proto
