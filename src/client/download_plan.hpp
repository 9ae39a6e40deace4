// What a gateway announces for phase 4, and what of it is to be fetched. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/auth_complete.hpp"
#include "proto/client_messages.hpp"
#include "proto/url.hpp"

namespace sallyport::client {

struct AnnouncedProfile {
  std::string name;  // of the file in the user's folder: it can't leave that
  std::string path;  // on the gateway
  std::string hash;  // SHA-1, 40 hex digits
  bool operator==(const AnnouncedProfile&) const = default;
};

// The user's client profiles. malformed: a name that can't be kept, no SHA-1, more than
// proto::max_fetched_profiles.
Result<std::vector<AnnouncedProfile>> announced_profiles(const proto::AuthComplete& complete);

// Those that the user does not have, or has with another content.
std::vector<AnnouncedProfile> to_be_fetched(std::vector<AnnouncedProfile> announced,
                                            const std::vector<proto::StoredProfile>& stored);

// "VPNCore 4,10,07061, DART": the packages that the gateway offers, fit for a terminal.
std::string packages_of(const proto::Manifest& core);

// Where a path leads on the gateway that announced it: never to another host.
Result<proto::Url> url_of(const proto::Url& gateway, std::string_view path);

}  // namespace sallyport::client
