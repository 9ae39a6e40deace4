// `sallyport connect NAME`: the gateway that a client profile of the user's has under that name, before
// phase 1. Gateways push profiles: what one of them says must not catch a login that is meant for another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/profile_folder.hpp"

namespace sallyport::client {

// Whether profiles are asked about a target at all: never where it can be a host, or is a URL ("Head office",
// but not "vpn", "vpn/staff" or "http://vpn").
bool is_profiles_name(std::string_view target);

struct NamedHost {
  std::string url;      // the entry's address with its user group
  std::string profile;  // where it stands
};

// The first entry whose HostName is `name`, ignoring case. Entries for IPsec are passed over. unavailable:
// there is none; unsupported: only one for IPsec; denied: two profiles have the name for different gateways.
Result<NamedHost> find_named_host(const std::vector<ProfileFile>& profiles, std::string_view name);

}  // namespace sallyport::client
