#include "proto/connect_request.hpp"

namespace sallyport::proto {

namespace fields {

namespace {
constexpr std::string_view cookie_name = "webvpn=";
constexpr std::size_t max_token = 1024;
}  // namespace

Result<Secret> WebvpnCookie::read(std::string_view text) const {
  for (auto cookie : split(text, ';')) {
    cookie = trim(cookie);
    if (!cookie.starts_with(cookie_name)) continue;
    const auto token = cookie.substr(cookie_name.size());
    if (token.empty() || token.size() > max_token) break;
    return Secret(token);
  }
  return fail(ErrorKind::malformed, "no usable webvpn cookie");
}

Written WebvpnCookie::write(const Secret& token) const {
  return token.empty() ? Written() : std::string(cookie_name) + std::string(token.reveal_text());
}

Result<Families> AddressTypes::read(std::string_view text) const {
  const auto lower = to_lower(text);
  const Families families{.ipv4 = lower.find("ipv4") != std::string::npos,
                          .ipv6 = lower.find("ipv6") != std::string::npos};
  if (!families.ipv4 && !families.ipv6) return fail(ErrorKind::malformed, "neither IPv4 nor IPv6");
  return families;
}

Written AddressTypes::write(const Families& families) const {
  if (families.ipv4 && families.ipv6) return "IPv6,IPv4";
  if (families.ipv6) return "IPv6";
  return families.ipv4 ? Written("IPv4") : Written();
}

}  // namespace fields

Result<ConnectRequest> ConnectRequest::parse(const HeaderList& headers) {
  constexpr std::size_t max_held_addresses = 2;  // one of each family
  ConnectRequest request;
  const auto rest = TRY(fields::parse(request, headers));
  for (const auto& bad : rest.bad) {
    if (bad.name == std::string_view("X-CSTP-Address")) return fail(ErrorKind::malformed, bad.reason);
    request.ignored.emplace_back(bad.name);
  }
  if (request.held_addresses.size() > max_held_addresses) {
    return fail(ErrorKind::malformed, "X-CSTP-Address: more than one of each family");
  }
  return request;
}

bool ConnectRequest::is_mobile() const {
  return license == "mobile" || platform.starts_with("apple-ios") || platform.starts_with("android");
}

}  // namespace sallyport::proto
