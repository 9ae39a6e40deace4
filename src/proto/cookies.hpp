// Cookies of phases 2 to 5: the gateway's Set-Cookie values, the client's Cookie header, and the client's
// jar. Values are Secrets: webvpn and webvpncontext are credentials.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace sallyport::proto {

struct Cookie {
  std::string name;
  Secret value;

  bool operator==(const Cookie&) const = default;
};

// One Cookie header, at most 64 cookies. Lenient as the clients need it: blanks around anything, parts
// without a name or '=' skipped.
std::vector<Cookie> parse_cookies(std::string_view header);
std::string serialize_cookies(const std::vector<Cookie>& cookies);
const Secret* find_cookie(const std::vector<Cookie>& cookies, std::string_view name);

struct SetCookie {
  std::string name;
  Secret value;      // empty: the client forgets the cookie
  std::string path;  // empty: no attribute
  std::optional<std::chrono::seconds> max_age;
  bool secure = true;
  bool http_only = true;

  bool operator==(const SetCookie&) const = default;

  // The deletion as ocserv writes it, understood by all clients: empty, expired in 1970, for the whole host.
  static SetCookie forget(std::string_view name) { return {.name = std::string(name), .path = "/"}; }

  static Result<SetCookie> parse(std::string_view header);  // malformed: no name, or more than 4 KB
  std::string serialize() const;
};

// The client's cookies for one host: flat, in the order of first arrival. Path, domain and expiry are ignored
// as openconnect does; an empty value deletes, the last value wins. At most 64 cookies of 4 KB.
class CookieJar {
 public:
  void store(const SetCookie& cookie);
  void clear() { cookies_.clear(); }

  const Secret* find(std::string_view name) const { return find_cookie(cookies_, name); }
  bool empty() const { return cookies_.empty(); }
  std::string header() const { return serialize_cookies(cookies_); }  // the Cookie header's value

 private:
  std::vector<Cookie> cookies_;
};

// webvpnc: what a version 1 client learns about certificate and profile (phase 4).
struct ConfigCookie {
  std::string base_path = "/";  // bu
  std::string server_hash;      // sh: SHA-1 of the gateway's certificate
  std::string profile_path;     // fu, percent-encoded on the wire; relative to base_path
  std::string profile_hash;     // fh: SHA-1 of the profile

  bool operator==(const ConfigCookie&) const = default;

  static Result<ConfigCookie> parse(std::string_view value);  // unknown keys are ignored
  std::string serialize() const;
};

}  // namespace sallyport::proto
