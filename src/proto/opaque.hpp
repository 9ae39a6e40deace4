// <opaque is-for="sg">: what the gateway wants back with the next auth-reply (phases 2 and 3). Clients return
// the element byte for byte, so messages carry it as text; only the gateway that made it looks inside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto {

struct Opaque {
  std::string tunnel_group;  // the connection profile of the selected group
  std::string handle;        // <aggauth-handle>: finds the login; ASA's is a number of up to 64 bits
  std::vector<std::string> auth_methods;
  std::string group_alias;
  std::string config_hash;  // ASA: milliseconds of the configuration's time

  bool operator==(const Opaque&) const = default;

  static Result<Opaque> parse(std::string_view element);
  std::string serialize() const;  // the element alone, without a declaration
};

}  // namespace sallyport::proto
