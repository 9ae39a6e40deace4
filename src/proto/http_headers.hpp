// The header lines of an HTTP message, in the order and spelling they have on the wire (clients compare the
// CONNECT reply's names by case). Look-up ignores case. Used by requests and replies of all phases.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto {

class HttpHeaders {
 public:
  using List = std::vector<std::pair<std::string, std::string>>;  // names and values

  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<List::value_type> headers) : headers_(headers) {}
  explicit HttpHeaders(List headers) : headers_(std::move(headers)) {}

  void add(std::string_view name, std::string_view value) { headers_.emplace_back(name, value); }
  void add(const List& headers) { headers_.insert(headers_.end(), headers.begin(), headers.end()); }

  bool has(std::string_view name) const { return find(name).has_value(); }
  std::optional<std::string_view> find(std::string_view name) const;  // the first of that name
  std::vector<std::string_view> all(std::string_view name) const;
  // Whether a comma-separated list header (Connection) holds a token.
  bool has_token(std::string_view name, std::string_view token) const;

  const List& list() const { return headers_; }  // what the header messages of phase 5 are made from

  bool operator==(const HttpHeaders&) const = default;

  // "Name: value\r\n" each. malformed: a name that is no token, a value with control characters, and the
  // framing headers Content-Length and Transfer-Encoding, which belong to the message's own serialize().
  Result<std::string> serialize() const;

 private:
  List headers_;
};

bool is_http_token(std::string_view text);      // RFC 9110 section 5.6.2
bool is_header_value(std::string_view text);    // no control characters but tab
bool is_framing_header(std::string_view name);  // Content-Length, Transfer-Encoding

}  // namespace sallyport::proto
