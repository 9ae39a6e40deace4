// <config-auth type="complete">: the login is done (end of phase 3). It carries the session's token, a last
// banner and what the downloader of phase 4 needs. Also the bare <auth id="success"> of version 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "proto/config_auth.hpp"
#include "proto/manifest.hpp"
#include "proto/notice.hpp"

namespace sallyport::proto {

// A custom attribute, as dynamic-split-exclude-domains: domains separated by commas.
struct CustomAttribute {
  std::string name;
  std::string value;

  bool operator==(const CustomAttribute&) const = default;
};

struct AuthComplete {
  int aggregate_version = aggregate_version_2;
  std::string session_id;  // a number, not TLS's
  Secret session_token;    // the webvpn cookie's value; empty where only the cookie is sent
  std::string title;
  Notice banner;  // the user confirms it before CONNECT
  Notice message;
  std::vector<std::string> crypto_supported;  // "ssl-dhe"

  // <config client="vpn" type="private">
  std::string base_package_uri;
  std::string server_cert_hash;  // SHA-1 of the gateway's certificate, upper-case hex
  std::vector<CustomAttribute> custom_attributes;
  Manifest core;      // packages
  Manifest profiles;  // the client profile

  bool operator==(const AuthComplete&) const = default;

  // Every element but <auth id="success"> may be absent; malformed without that.
  static Result<AuthComplete> parse(std::string_view body);
  std::string serialize() const;

  // Version 1: token and profile travel in the cookies webvpn and webvpnc.
  static Result<AuthComplete> parse_v1(std::string_view body);
  std::string serialize_v1() const;
};

}  // namespace sallyport::proto
