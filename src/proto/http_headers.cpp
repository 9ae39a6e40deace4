#include "proto/http_headers.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::proto {

std::optional<std::string_view> HttpHeaders::find(std::string_view name) const {
  for (const auto& [key, value] : headers_) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> HttpHeaders::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : headers_) {
    if (equals_ignoring_case(key, name)) values.emplace_back(value);
  }
  return values;
}

bool HttpHeaders::has_token(std::string_view name, std::string_view token) const {
  for (const auto value : all(name)) {
    for (const auto part : split(value, ',')) {
      if (equals_ignoring_case(trim(part), token)) return true;
    }
  }
  return false;
}

Result<std::string> HttpHeaders::serialize() const {
  std::string text;
  for (const auto& [name, value] : headers_) {
    if (!is_http_token(name) || is_framing_header(name))
      return fail(ErrorKind::malformed, "this cannot be a header's name: \"" + escape_for_log(name) + '"');
    if (!is_header_value(value))
      return fail(ErrorKind::malformed, "the value of the header " + name + " has a control character");
    text += name + ": " + value + "\r\n";
  }
  return text;
}

bool is_http_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char character) {
    const char c = to_lower(character);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::ranges::all_of(text, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return (byte >= ' ' && byte != 0x7f) || byte == '\t';
  });
}

bool is_framing_header(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Transfer-Encoding");
}

}  // namespace sallyport::proto
