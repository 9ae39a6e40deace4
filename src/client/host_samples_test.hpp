// A gateway's settings, as the tests of the front use them.
#pragma once

#include "proto/client_messages.hpp"

namespace sallyport::client {

inline Address address(std::string_view text) {
  return Address::parse(text).value();
}

inline Prefix prefix(std::string_view text) {
  return Prefix::parse(text).value();
}

inline std::vector<Prefix> prefixes(std::initializer_list<std::string_view> texts) {
  std::vector<Prefix> list;
  for (const auto text : texts) list.push_back(prefix(text));
  return list;
}

inline proto::HostSettings sample_settings() {
  proto::HostSettings settings;
  settings.gateway = address("192.0.2.1");
  settings.ipv4 = prefix("10.9.0.5/24");
  settings.ipv6 = prefix("fd00:9::5/64");
  settings.mtu = 1400;
  settings.dns = {address("10.9.0.1"), address("fd00:9::1")};
  settings.default_domain = "corp.example";
  return settings;
}

}  // namespace sallyport::client
