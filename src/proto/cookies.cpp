#include "proto/cookies.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "proto/form_encoding.hpp"

namespace sallyport::proto {

namespace {

constexpr std::size_t max_cookies = 64;
constexpr std::size_t max_cookie = 4096;

struct Pair {
  std::string_view name, value;
};

std::optional<Pair> split_pair(std::string_view text, char separator) {
  const auto middle = text.find(separator);
  if (middle == std::string_view::npos) return std::nullopt;
  return Pair{trim(text.substr(0, middle)), trim(text.substr(middle + 1))};
}

}  // namespace

std::vector<Cookie> parse_cookies(std::string_view header) {
  std::vector<Cookie> cookies;
  for (const auto part : split(header, ';')) {
    const auto pair = split_pair(part, '=');
    if (!pair || pair->name.empty()) continue;
    if (cookies.size() == max_cookies) break;
    cookies.push_back({std::string(pair->name), Secret(pair->value)});
  }
  return cookies;
}

std::string serialize_cookies(const std::vector<Cookie>& cookies) {
  std::string header;
  for (const auto& [name, value] : cookies) {
    if (!header.empty()) header += "; ";
    header += name + '=';
    header += value.reveal_text();
  }
  return header;
}

const Secret* find_cookie(const std::vector<Cookie>& cookies, std::string_view name) {
  const auto found = std::ranges::find(cookies, name, &Cookie::name);
  return found == cookies.end() ? nullptr : &found->value;
}

Result<SetCookie> SetCookie::parse(std::string_view header) {
  if (header.size() > max_cookie) return fail(ErrorKind::malformed, "a cookie is larger than 4 KB");
  const auto parts = split(header, ';');
  const auto pair = split_pair(parts.front(), '=');
  if (!pair || pair->name.empty()) return fail(ErrorKind::malformed, "a cookie has no name");
  SetCookie cookie{.name = std::string(pair->name), .secure = false, .http_only = false};
  cookie.value = Secret(pair->value);
  for (const auto part : std::span(parts).subspan(1)) {
    const auto [name, value] = split_pair(part, '=').value_or(Pair{trim(part), {}});
    if (equals_ignoring_case(name, "Secure")) cookie.secure = true;
    if (equals_ignoring_case(name, "HttpOnly")) cookie.http_only = true;
    if (equals_ignoring_case(name, "Path")) cookie.path = value;
    if (!equals_ignoring_case(name, "Max-Age")) continue;
    if (const auto age = parse_number(value, INT32_MAX)) cookie.max_age = std::chrono::seconds(*age);
  }
  return cookie;
}

std::string SetCookie::serialize() const {
  std::string text = name + '=';
  text += value.reveal_text();
  if (max_age) text += "; Max-Age=" + std::to_string(max_age->count());
  if (value.empty()) text += "; expires=Thu, 01 Jan 1970 22:00:00 GMT";
  if (!path.empty()) text += "; path=" + path;
  if (secure) text += "; Secure";
  if (http_only) text += "; HttpOnly";
  return text;
}

void CookieJar::store(const SetCookie& cookie) {
  const auto known = std::ranges::find(cookies_, cookie.name, &Cookie::name);
  if (cookie.value.empty()) {
    if (known != cookies_.end()) cookies_.erase(known);
  } else if (known != cookies_.end()) {
    known->value = cookie.value;
  } else if (cookies_.size() < max_cookies) {
    cookies_.push_back({cookie.name, cookie.value});
  }
}

Result<ConfigCookie> ConfigCookie::parse(std::string_view value) {
  ConfigCookie cookie;
  for (const auto part : split(value, '&')) {
    const auto pair = split_pair(part, ':');
    if (!pair) continue;
    if (pair->name == "bu") cookie.base_path = pair->value;
    if (pair->name == "sh") cookie.server_hash = pair->value;
    if (pair->name == "fu") cookie.profile_path = TRY(percent_decode(pair->value));
    if (pair->name == "fh") cookie.profile_hash = pair->value;
  }
  return cookie;
}

// p and iu are constants in every capture.
std::string ConfigCookie::serialize() const {
  std::string text = "bu:" + base_path + "&p:t&iu:1/&sh:" + server_hash;
  if (!profile_path.empty()) text += "&fu:" + percent_encode(profile_path);
  if (!profile_hash.empty()) text += "&fh:" + profile_hash;
  return text;
}

}  // namespace sallyport::proto
