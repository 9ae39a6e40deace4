// The client's preferences.xml (AnyConnectPreferences): what to propose at the next connection (phases 1 to
// 4). A value's text in, a value's text out; the client's own code opens the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto {

struct Preferences {
  std::string default_user;
  std::string default_second_user;
  std::vector<std::string> server_certificate_thumbprints;  // SHA-1, hex; the last connected gateway's first
  std::string default_host_name;
  std::string default_host_address;
  std::string default_group;
  std::vector<std::string> others;  // elements we have no use for, verbatim

  bool operator==(const Preferences&) const = default;

  static Result<Preferences> parse(std::string_view text);
  std::string serialize() const;
};

}  // namespace sallyport::proto
