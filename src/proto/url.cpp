#include "proto/url.hpp"

#include <algorithm>

#include "base/ip.hpp"
#include "base/text.hpp"

namespace sallyport::proto {

namespace {

constexpr std::size_t max_url = 4096;
constexpr std::size_t max_host = 253;  // RFC 1035 section 2.3.4

tl::unexpected<Error> refuse(std::string_view what, std::string_view text) {
  return fail(ErrorKind::malformed, std::string(what) + ": \"" + escape_for_log(text) + '"');
}

bool is_name_character(char character) {
  const char c = to_lower(character);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// Bytes above ASCII stay: gateways put UTF-8 into group URLs.
bool is_path_character(char character) {
  return static_cast<unsigned char>(character) > ' ' && character != '\x7f' && character != '\\';
}

struct Authority {
  std::string host;
  std::uint16_t port = 443;
};

Result<Authority> parse_authority(std::string_view text) {
  Authority authority;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return refuse("the URL's IPv6 address has no closing bracket", text);
    const auto address = Address::parse(text.substr(1, end - 1));
    if (!address || !address->is_v6()) return refuse("the URL has no IPv6 address in its brackets", text);
    authority.host = address->to_text();
    port = text.substr(end + 1);
  } else {
    const auto host = text.substr(0, text.find(':'));
    if (host.empty() || host.size() > max_host || !std::ranges::all_of(host, is_name_character))
      return refuse("the URL has no valid host name", text);
    authority.host = to_lower(host);
    port = text.substr(host.size());
  }
  if (port.empty()) return authority;
  const auto number = parse_number(port.substr(1), 65535);
  if (port.front() != ':' || !number || *number == 0) return refuse("the URL's port is not valid", text);
  authority.port = static_cast<std::uint16_t>(*number);
  return authority;
}

Result<void> set_path(Url& url, std::string_view text) {
  text = text.substr(0, text.find('#'));
  if (!std::ranges::all_of(text, is_path_character)) return refuse("the URL has a bad character", text);
  const auto question = text.find('?');
  url.path = text.substr(0, question);
  url.query = question == std::string_view::npos ? "" : text.substr(question + 1);
  if (!url.path.starts_with('/')) url.path.insert(0, 1, '/');
  return {};
}

bool has_scheme(std::string_view text) {
  const auto end = text.find("://");
  return end != std::string_view::npos && end < text.find_first_of("/?#");
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  if (text.size() > max_url) return fail(ErrorKind::malformed, "the URL is longer than 4096 characters");
  if (starts_with_ignoring_case(text, scheme)) {
    text.remove_prefix(scheme.size());
  } else if (has_scheme(text)) {
    return fail(ErrorKind::unsupported, "the URL is not an https URL: \"" + escape_for_log(text) + '"');
  }
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  auto [host, port] = TRY(parse_authority(text.substr(0, end)));
  Url url{.host = std::move(host), .port = port};
  TRY(set_path(url, text.substr(end)));
  return url;
}

Result<Url> Url::join(std::string_view reference) const {
  if (reference.size() > max_url) return fail(ErrorKind::malformed, "the URL is longer than 4096 characters");
  if (has_scheme(reference)) return parse(reference);
  if (reference.starts_with("//")) return parse("https:" + std::string(reference));
  Url url = *this;
  if (reference.empty()) return url;
  if (reference.starts_with('/')) {
    TRY(set_path(url, reference));
  } else if (reference.starts_with('?')) {
    TRY(set_path(url, path + std::string(reference)));
  } else {
    TRY(set_path(url, path.substr(0, path.rfind('/') + 1) + std::string(reference)));
  }
  return url;
}

std::string bracketed(std::string_view host) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  return is_ipv6 ? '[' + std::string(host) + ']' : std::string(host);
}

std::string Url::authority() const {
  auto text = bracketed(host);
  if (port != 443) text += ':' + std::to_string(port);
  return text;
}

std::string Url::target() const {
  return query.empty() ? path : path + '?' + query;
}

std::string Url::serialize() const {
  return "https://" + authority() + target();
}

std::string_view route_path(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (target.size() > 1 && target.ends_with('/')) target.remove_suffix(1);
  return target;
}

}  // namespace sallyport::proto
