// `sallyport connect NAME`: the gateway that a client profile of the user's has under that name, before
// phase 1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/profile_folder.hpp"

namespace sallyport::client {

struct NamedHost {
  std::string url;      // the entry's address with its user group
  std::string profile;  // where it stands
};

// The first entry whose HostName is `name`, ignoring case; nothing: none. A name that is itself a host's
// ("vpn.example.com") never leads to another host: a profile of one gateway must not catch the logins of
// another. unsupported: the entry is for IPsec.
Result<std::optional<NamedHost>> find_named_host(const std::vector<ProfileFile>& profiles,
                                                 std::string_view name);

}  // namespace sallyport::client
