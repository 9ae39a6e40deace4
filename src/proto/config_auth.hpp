// The frame of version 2 messages (phases 2 and 3), <config-auth client="vpn" type="...">, and what every
// message of a client says about itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "proto/xml.hpp"

namespace sallyport::proto {

// aggregate-auth-version: 2, or 0 where the attribute is absent. A gateway's answer repeats the request's.
constexpr int aggregate_version_2 = 2;

struct MacAddress {
  std::string address;  // "00-11-22-33-44-55"
  bool is_public = false;

  bool operator==(const MacAddress&) const = default;
};

struct ClientInfo {
  int aggregate_version = aggregate_version_2;
  std::string version;   // <version who="vpn">
  std::string platform;  // <device-id>: win, mac-intel, linux-64, android, apple-ios …
  std::string computer_name;
  std::string device_type;
  std::string platform_version;
  std::string unique_id;
  std::string unique_id_global;
  std::vector<MacAddress> mac_addresses;
  std::vector<std::string> capabilities;  // auth-method: single-sign-on-v2, multiple-cert …

  bool operator==(const ClientInfo&) const = default;

  bool has_capability(std::string_view method) const;

  static ClientInfo read(const xml::Element& root);
  void write(xml::Writer& out) const;  // in openconnect's order
};

// Opens the root of a message. `aggregate_version` 0 leaves the attribute out.
void open_config_auth(xml::Writer& out, std::string_view type, int aggregate_version);
int read_aggregate_version(const xml::Element& root);

// A document whose root is <config-auth> of this type; malformed if not.
Result<std::unique_ptr<xml::Document>> parse_config_auth(std::string_view body, std::string_view type);

}  // namespace sallyport::proto
