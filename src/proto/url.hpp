// URLs of phases 2 to 4: what a user types, redirects, form actions, group-access and request targets.
// https only. The gateway routes by route_path(); the client joins form actions and manifests onto its URL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::proto {

struct Url {
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 443;
  std::string path = "/";  // always begins with '/'
  std::string query;       // without '?'

  bool operator==(const Url&) const = default;

  // "host", "host:port/group", "[2001:db8::1]:8443", with or without "https://". A fragment is cut.
  // unsupported: another scheme; malformed: user information, bad host, port or characters, too long.
  static Result<Url> parse(std::string_view text);

  // A form action, redirect or link as seen from this URL: absolute, "//host/x", "/x" or relative.
  Result<Url> join(std::string_view reference) const;

  bool same_host(const Url& other) const { return host == other.host && port == other.port; }
  std::string authority() const;  // the Host header's value: the port only if it is not 443
  std::string target() const;     // the request target: path and query
  std::string serialize() const;  // "https://host[:port]/path[?query]"
};

// A host as it stands in a URL: an IPv6 address in brackets.
std::string bracketed(std::string_view host);

// A request target without its query and without one trailing slash; "/" stays.
std::string_view route_path(std::string_view target);

}  // namespace sallyport::proto
